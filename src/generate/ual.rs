//! The unified audit log: `AuditData` of the Exchange, SharePoint, OneDrive, Teams and directory workloads.
//!
//! Times carry no zone and are UTC; directory operations end in a period. The trap that is kept on purpose:
//! a failed logon (`UserLoginFailed`) usually says `ResultStatus: Success`.

use super::chunk::{Chunk, Head};
use super::names::{DEVICES, DOMAIN, OUTCOMES, SERVICES};
use super::rng::{Rng, Skew};
use super::signin::SignIn;
use super::tenant::Tenant;
use super::write::{Guid, Ip, Ticks, Writer, push_guid, push_int, push_ip, push_local};

/// One directory event (record type 8) without its modified properties.
pub struct Directory<'a> {
    pub at: Ticks,
    pub id: Guid,
    pub correlation: Guid,
    pub operation: &'a str,
    pub category: &'a str,
    /// A person, or else `service`.
    pub actor: Option<(usize, Ip)>,
    pub service: (&'a str, Guid),
    pub user: &'a str,
    pub target: &'a str,
    pub target_id: Guid,
    pub target_kind: &'a str,
}

/// The members that open every record.
pub fn opening(
    tenant: &Tenant,
    w: &mut Writer,
    at: Ticks,
    id: Guid,
    operation: &str,
    record_type: u64,
    workload: &str,
) {
    w.text_with("CreationTime", |out| push_local(out, at));
    w.guid("Id", id);
    w.text("Operation", operation);
    w.guid("OrganizationId", tenant.id);
    w.int("RecordType", record_type);
    w.int("Version", 1);
    w.text("Workload", workload);
}

/// `{"ID":…,"Type":…}`
fn identity(w: &mut Writer, kind: u64, value: impl FnOnce(&mut Vec<u8>)) {
    w.item(|w| {
        w.text_with("ID", value);
        w.int("Type", kind);
    });
}

fn bytes(text: &str) -> impl FnOnce(&mut Vec<u8>) {
    move |out| out.extend_from_slice(text.as_bytes())
}

fn named(w: &mut Writer, name: &str, value: &str) {
    w.item(|w| {
        w.text("Name", name);
        w.text("Value", value);
    });
}

impl Directory<'_> {
    pub fn write(&self, tenant: &Tenant, w: &mut Writer, changes: impl FnOnce(&mut Writer)) {
        opening(tenant, w, self.at, self.id, self.operation, 8, "AzureActiveDirectory");
        w.text("ResultStatus", "Success");
        w.text("UserKey", if self.actor.is_some() { self.user } else { "Not Available" });
        w.int("UserType", if self.actor.is_some() { 0 } else { 4 });
        w.text("ObjectId", self.target);
        w.text("UserId", self.user);
        w.int("AzureActiveDirectoryEventType", 1);
        w.array("ExtendedProperties", |w| {
            match self.actor {
                Some((actor, _)) => w.item(|w| {
                    w.text("Name", "additionalDetails");
                    w.text_with("Value", |out| {
                        out.extend_from_slice(b"{\\\"User-Agent\\\":\\\"");
                        out.extend_from_slice(DEVICES[tenant.users[actor].device].agent.as_bytes());
                        out.extend_from_slice(b"\\\"}");
                    });
                }),
                None => named(w, "additionalDetails", "{}"),
            }
            named(w, "extendedAuditEventCategory", self.category);
        });
        w.array("ModifiedProperties", changes);
        w.array("Actor", |w| match self.actor {
            Some((actor, _)) => {
                let user = &tenant.users[actor];
                identity(w, 5, bytes(&user.upn));
                identity(w, 3, |out| puid(out, actor));
                identity(w, 2, |out| {
                    out.extend_from_slice(b"User_");
                    push_guid(out, user.id);
                });
                identity(w, 2, |out| push_guid(out, user.id));
                identity(w, 2, bytes("User"));
            }
            None => {
                identity(w, 1, bytes(self.service.0));
                identity(w, 2, |out| push_guid(out, self.service.1));
                identity(w, 2, bytes("ServicePrincipal"));
            }
        });
        w.guid("ActorContextId", tenant.id);
        if let Some((_, ip)) = self.actor {
            w.ip("ActorIpAddress", ip);
        }
        w.guid("InterSystemsId", self.correlation);
        w.guid("IntraSystemId", self.id);
        w.text("SupportTicketId", "");
        w.array("Target", |w| {
            identity(w, 2, |out| {
                out.extend_from_slice(self.target_kind.as_bytes());
                out.push(b'_');
                push_guid(out, self.target_id);
            });
            identity(w, 2, |out| push_guid(out, self.target_id));
            identity(w, 2, bytes(self.target_kind));
            identity(w, if self.target_kind == "User" { 5 } else { 1 }, bytes(self.target));
        });
        w.guid("TargetContextId", tenant.id);
    }
}

fn puid(out: &mut Vec<u8>, user: usize) {
    out.extend_from_slice(b"10032001");
    push_int(out, 10_000_000 + user as u64);
}

/// The logon as record type 15; its id is the sign-in's.
pub fn logon(tenant: &Tenant, sign_in: &SignIn, chunk: &mut Chunk) {
    let user = &tenant.users[sign_in.subject];
    let outcome = &OUTCOMES[sign_in.outcome];
    let failed = outcome.code != 0;
    let operation = if failed { "UserLoginFailed" } else { "UserLoggedIn" };
    let head = Head {
        id: sign_in.id,
        record_type: (15, "AzureActiveDirectoryStsLogon"),
        operation,
        user: user.upn.clone(),
    };
    let app = sign_in.app();
    chunk.push(sign_in.at, Some(head), |w| {
        opening(tenant, w, sign_in.at, sign_in.id, operation, 15, "AzureActiveDirectory");
        w.text(
            "ResultStatus",
            if failed && sign_in.processing.is_multiple_of(5) { "Failed" } else { "Success" },
        );
        w.guid("UserKey", user.id);
        w.int("UserType", 0);
        w.ip("ClientIP", sign_in.ip);
        w.text("ObjectId", app.resource_id);
        w.text("UserId", &user.upn);
        w.int("AzureActiveDirectoryEventType", 1);
        w.array("ExtendedProperties", |w| {
            named(w, "ResultStatusDetail", if failed { "UserError" } else { "Redirect" });
            named(w, "UserAgent", sign_in.agent());
            named(w, "RequestType", "OAuth2:Authorize");
        });
        w.array("ModifiedProperties", |_| {});
        w.array("Actor", |w| {
            identity(w, 0, |out| push_guid(out, user.id));
            identity(w, 5, bytes(&user.upn));
        });
        w.guid("ActorContextId", tenant.id);
        w.ip("ActorIpAddress", sign_in.ip);
        w.guid("InterSystemsId", sign_in.correlation);
        w.guid("IntraSystemId", sign_in.id);
        w.text("SupportTicketId", "");
        w.array("Target", |w| identity(w, 0, bytes(app.resource_id)));
        w.guid("TargetContextId", tenant.id);
        w.text("ApplicationId", app.id);
        w.array("DeviceProperties", |w| {
            named(w, "OS", sign_in.device().system);
            named(w, "BrowserType", sign_in.device().browser);
            named(w, "IsCompliantAndManaged", "False");
        });
        w.text_with("ErrorNumber", |out| push_int(out, outcome.code));
        if failed {
            w.text("LogonError", logon_error(outcome.code));
        }
    });
}

fn logon_error(code: u64) -> &'static str {
    match code {
        50126 => "InvalidUserNameOrPassword",
        50074 | 50076 => "UserStrongAuthClientAuthNRequiredInterrupt",
        50053 => "IdsLocked",
        50055 => "InvalidPasswordExpiredPassword",
        53003 => "BlockedByConditionalAccess",
        _ => "",
    }
}

/// The workloads' everyday operations: name, record type, workload, weight.
const OPERATIONS: [(&str, (u64, &str), &str, f64); 19] = [
    ("MailItemsAccessed", (50, "ExchangeItemAggregated"), "Exchange", 22.0),
    ("Send", (2, "ExchangeItem"), "Exchange", 9.0),
    ("Update", (2, "ExchangeItem"), "Exchange", 4.0),
    ("MoveToDeletedItems", (3, "ExchangeItemGroup"), "Exchange", 6.0),
    ("HardDelete", (3, "ExchangeItemGroup"), "Exchange", 2.0),
    ("New-InboxRule", (1, "ExchangeAdmin"), "Exchange", 0.6),
    ("Set-Mailbox", (1, "ExchangeAdmin"), "Exchange", 0.8),
    ("FileAccessed", (6, "SharePointFileOperation"), "SharePoint", 14.0),
    ("FileDownloaded", (6, "SharePointFileOperation"), "SharePoint", 4.0),
    ("FileModified", (6, "SharePointFileOperation"), "SharePoint", 5.0),
    ("FileAccessed", (6, "SharePointFileOperation"), "OneDrive", 9.0),
    ("FileSyncDownloadedFull", (6, "SharePointFileOperation"), "OneDrive", 5.0),
    ("FileDeleted", (6, "SharePointFileOperation"), "OneDrive", 1.5),
    ("TeamsSessionStarted", (25, "MicrosoftTeams"), "MicrosoftTeams", 6.0),
    ("MessageSent", (25, "MicrosoftTeams"), "MicrosoftTeams", 6.0),
    ("MemberAdded", (25, "MicrosoftTeams"), "MicrosoftTeams", 0.8),
    ("Update user.", (8, "AzureActiveDirectory"), "AzureActiveDirectory", 5.0),
    ("Change user password.", (8, "AzureActiveDirectory"), "AzureActiveDirectory", 1.0),
    ("Consent to application.", (8, "AzureActiveDirectory"), "AzureActiveDirectory", 0.5),
];
const FILES: [&str; 8] = [
    "Budget 2025.xlsx",
    "Notulen 12 maart.docx",
    "Roadmap \"Q2\".pptx",
    "onboarding.pdf",
    "Offerte, versie 3.docx",
    "prijslijst.csv",
    "Café-rooster.xlsx",
    "contract.pdf",
];
const SITES: [&str; 4] = ["sales", "projects", "hr", "lab"];

pub struct Operations(Skew);

/// One operation of someone in a workload.
pub struct Event {
    at: Ticks,
    id: Guid,
    user: usize,
    ip: Ip,
    port: u64,
    operation: &'static str,
    record_type: (u64, &'static str),
    workload: &'static str,
    /// Of an Exchange cmdlet.
    parameters: &'static [(&'static str, &'static str)],
}

const NEWSLETTER_RULE: &[(&str, &str)] = &[
    ("AlwaysDeleteOutlookRulesBlob", "False"),
    ("Name", "newsletters"),
    ("SubjectContainsWords", "newsletter;\"weekly digest\""),
    ("MoveToFolder", "Newsletters"),
];
const HIDE_FROM_LISTS: &[(&str, &str)] = &[("HiddenFromAddressListsEnabled", "False")];

impl Operations {
    pub fn new() -> Self {
        Operations(Skew::weighted(OPERATIONS.iter().map(|operation| operation.3)))
    }

    pub fn tell(&self, tenant: &Tenant, rng: &mut Rng, at: Ticks, chunk: &mut Chunk) {
        let row = self.0.rank(rng);
        let (user, place) = tenant.somebody(rng, at);
        let ip = tenant.ip(rng, user, place);
        Event::of(rng, row, user, ip, at).tell(tenant, rng, chunk);
    }
}

impl Event {
    fn of(rng: &mut Rng, row: usize, user: usize, ip: Ip, at: Ticks) -> Self {
        let (operation, record_type, workload, _) = OPERATIONS[row];
        let parameters = if operation == "New-InboxRule" { NEWSLETTER_RULE } else { HIDE_FROM_LISTS };
        let (id, port) = (rng.guid(), rng.between(1024, 65_000));
        Event { at, id, user, ip, port, operation, record_type, workload, parameters }
    }

    /// The first operation of that name.
    pub fn named(rng: &mut Rng, operation: &str, user: usize, ip: Ip, at: Ticks) -> Self {
        let row = OPERATIONS.iter().position(|row| row.0 == operation).unwrap_or(0);
        Event::of(rng, row, user, ip, at)
    }

    pub fn with(self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        Event { parameters, ..self }
    }

    pub fn tell(&self, tenant: &Tenant, rng: &mut Rng, chunk: &mut Chunk) {
        if self.record_type.0 == 8 {
            return directory(tenant, rng, self, chunk);
        }
        let upn = &tenant.users[self.user].upn;
        let head =
            Head { id: self.id, record_type: self.record_type, operation: self.operation, user: upn.clone() };
        chunk.push(self.at, Some(head), |w| {
            opening(tenant, w, self.at, self.id, self.operation, self.record_type.0, self.workload);
            w.text_with("UserKey", |out| puid(out, self.user));
            w.int("UserType", 0);
            w.text("UserId", upn);
            match self.workload {
                "Exchange" if self.record_type.0 == 1 => exchange_admin(tenant, rng, w, self),
                "Exchange" => exchange_item(tenant, rng, w, self),
                "MicrosoftTeams" => teams(tenant, rng, w, self),
                _ => files(tenant, rng, w, self),
            }
        });
    }
}

impl Default for Operations {
    fn default() -> Self {
        Operations::new()
    }
}

fn directory(tenant: &Tenant, rng: &mut Rng, event: &Event, chunk: &mut Chunk) {
    let operation = event.operation;
    let service = tenant.service.rank(rng);
    let consent = operation.starts_with("Consent");
    let (target, _) = tenant.somebody(rng, event.at);
    let user = &tenant.users[event.user].upn;
    let told = Directory {
        at: event.at,
        id: event.id,
        correlation: rng.guid(),
        operation,
        category: if consent { "ServicePrincipal" } else { "User" },
        actor: Some((event.user, event.ip)),
        service: (SERVICES[service], tenant.services[service].0),
        user,
        target: if consent { SERVICES[service] } else { &tenant.users[target].upn },
        target_id: if consent { tenant.services[service].0 } else { tenant.users[target].id },
        target_kind: if consent { "ServicePrincipal" } else { "User" },
    };
    let head = Head { id: event.id, record_type: (8, "AzureActiveDirectory"), operation, user: user.clone() };
    chunk.push(event.at, Some(head), |w| {
        told.write(tenant, w, |w| {
            w.item(|w| {
                w.text("Name", if consent { "ConsentContext.IsAdminConsent" } else { "Department" });
                w.text("NewValue", if consent { "False" } else { "[\"Operations\"]" });
                w.text("OldValue", if consent { "" } else { "[\"Sales\"]" });
            });
        });
    });
}

fn exchange_admin(tenant: &Tenant, rng: &mut Rng, w: &mut Writer, event: &Event) {
    let upn = &tenant.users[event.user].upn;
    w.text_with("ClientIP", |out| port_suffixed(out, event));
    w.text("ResultStatus", "True");
    w.text_with("ObjectId", |out| {
        out.extend_from_slice(upn.as_bytes());
        out.extend_from_slice(b"\\\\rule");
        push_int(out, rng.below(90));
    });
    w.flag("ExternalAccess", false);
    w.text("OrganizationName", DOMAIN);
    w.text("OriginatingServer", "AM0PR01MB0001 (15.20.8534.034)");
    w.array("Parameters", |w| {
        named(w, "Mailbox", upn);
        for (name, value) in event.parameters {
            named(w, name, value);
        }
    });
    w.text("SessionId", "");
}

fn exchange_item(tenant: &Tenant, rng: &mut Rng, w: &mut Writer, event: &Event) {
    let user = &tenant.users[event.user];
    w.text("ResultStatus", "Succeeded");
    w.ip("ClientIPAddress", event.ip);
    w.text("ClientInfoString", "Client=OWA;Action=ViaProxy");
    w.flag("ExternalAccess", false);
    w.int("InternalLogonType", 0);
    w.int("LogonType", 0);
    w.guid("MailboxGuid", user.id);
    w.text("MailboxOwnerUPN", &user.upn);
    w.text("OrganizationName", DOMAIN);
    w.text("OriginatingServer", "AM0PR01MB0002 (15.20.4200.000)\r\n");
    w.guid("SessionId", rng.guid());
    match event.operation {
        "MailItemsAccessed" => accessed_items(rng, w),
        "MoveToDeletedItems" | "HardDelete" => {
            w.array("AffectedItems", |w| {
                w.item(|w| {
                    w.text("Id", "RgAAAADc1");
                    w.text("Subject", "Re: planning week 11");
                    w.object("ParentFolder", |w| {
                        w.text("Id", "LgAAAACx0");
                        w.text("Path", "\\Inbox");
                    });
                });
            });
            w.flag("CrossMailboxOperation", false);
            w.object("Folder", |w| {
                w.text("Id", "LgAAAACx0");
                w.text("Path", "\\Inbox");
            });
        }
        _ => w.object("Item", |w| {
            w.text("Id", "RgAAAADc1");
            w.text_with("InternetMessageId", |out| {
                out.push(b'<');
                push_guid(out, rng.guid());
                out.extend_from_slice(b"@mail.lindemeer.example>");
            });
            w.object("ParentFolder", |w| {
                w.text("Id", "LgAAAACx9");
                w.text("Path", "\\Sent Items");
            });
            w.int("SizeInBytes", rng.between(2_000, 900_000));
            w.text("Subject", "Offerte \"voorjaar\"");
        }),
    }
}

fn accessed_items(rng: &mut Rng, w: &mut Writer) {
    w.array("OperationProperties", |w| {
        named(w, "MailAccessType", "Bind");
        named(w, "IsThrottled", "False");
    });
    let items = rng.between(1, 4);
    w.array("Folders", |w| {
        w.item(|w| {
            w.array("FolderItems", |w| {
                for _ in 0..items {
                    w.item(|w| {
                        w.text_with("InternetMessageId", |out| {
                            out.push(b'<');
                            push_guid(out, rng.guid());
                            out.extend_from_slice(b"@mail.lindemeer.example>");
                        });
                        w.int("SizeInBytes", rng.between(2_000, 90_000));
                    });
                }
            });
            w.text("Id", "LgAAAACx0");
            w.text("Path", "\\Inbox");
        });
    });
    w.int("OperationCount", items);
}

fn teams(tenant: &Tenant, rng: &mut Rng, w: &mut Writer, event: &Event) {
    match event.operation {
        "TeamsSessionStarted" => {
            w.ip("ClientIP", event.ip);
            w.text("ObjectId", "Windows (Desktop)");
            w.guid("CorrelationId", rng.guid());
        }
        "MessageSent" => {
            w.ip("ClientIP", event.ip);
            w.text_with("ChatThreadId", |out| {
                out.extend_from_slice(b"19:");
                push_guid(out, rng.guid());
                out.extend_from_slice(b"@thread.v2");
            });
            w.text("CommunicationType", "GroupChat");
            w.int("MessageVersion", 1);
            w.array("ExtraProperties", |w| {
                w.item(|w| {
                    w.text("Key", "TimeZone");
                    w.text("Value", "Europe/Amsterdam");
                });
            });
        }
        _ => {
            let (member, _) = tenant.somebody(rng, event.at);
            w.text("TeamName", "Project Kestrel");
            w.guid("TeamGuid", rng.guid());
            w.guid("AADGroupId", rng.guid());
            w.array("Members", |w| {
                w.item(|w| {
                    w.text("DisplayName", &tenant.users[member].name);
                    w.int("Role", 1);
                    w.text("UPN", &tenant.users[member].upn);
                });
            });
        }
    }
    w.text("ItemName", "");
}

fn files(tenant: &Tenant, rng: &mut Rng, w: &mut Writer, event: &Event) {
    let user = &tenant.users[event.user];
    let file = rng.pick(&FILES);
    let account = user.upn.split('@').next().unwrap_or_default();
    let site = if event.workload == "OneDrive" {
        format!("https://lindemeer-my.sharepoint.example/personal/{account}/")
    } else {
        format!("https://lindemeer.sharepoint.example/sites/{}/", rng.pick(&SITES))
    };
    w.ip("ClientIP", event.ip);
    w.text("ObjectId", &format!("{site}Shared Documents/General/{file}"));
    w.object("AppAccessContext", |w| {
        w.guid("AADSessionId", rng.guid());
        w.guid("CorrelationId", rng.guid());
        w.guid("UniqueTokenId", rng.guid());
    });
    w.guid("CorrelationId", rng.guid());
    w.text("EventSource", "SharePoint");
    w.text("ItemType", "File");
    w.guid("ListId", rng.guid());
    w.guid("ListItemUniqueId", rng.guid());
    w.guid("Site", rng.guid());
    w.text("UserAgent", DEVICES[user.device].agent);
    w.guid("WebId", rng.guid());
    w.flag("IsManagedDevice", false);
    w.text("SourceFileExtension", file.rsplit('.').next().unwrap_or_default());
    w.text("SiteUrl", &site);
    w.text("SourceFileName", file);
    w.text("SourceRelativeUrl", "Shared Documents/General");
    w.text("Platform", "WinDesktop");
}

fn port_suffixed(out: &mut Vec<u8>, event: &Event) {
    let is_six = matches!(event.ip, Ip::V6(..));
    if is_six {
        out.push(b'[');
    }
    push_ip(out, event.ip);
    if is_six {
        out.push(b']');
    }
    out.push(b':');
    push_int(out, event.port);
}
