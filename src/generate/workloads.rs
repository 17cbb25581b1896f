//! Planted stories of mail, files and Teams: a mailbox that is read out, an administrator of Exchange at night, files
//! that leave or vanish, teams that change hands.
//!
//! Each is a few records of the unified audit log, written whole: the operations and their parameters are not those of
//! the everyday noise. The trap: the client of an Exchange cmdlet carries a port, that of an item does not.

use super::cast;
use super::chunk::Head;
use super::incidents::{Planted, on};
use super::rng::Rng;
use super::signin::{Kind, SignIn, app};
use super::tenant::Tenant;
use super::ual::opening;
use super::write::{Ip, MINUTE, SECOND, Ticks, Writer, push_guid};

const MAILBOX: usize = cast::AT_WORK + 12;
const FILTER: usize = cast::AT_WORK + 13;
const EXCHANGE_ADMIN: usize = cast::AT_WORK + 14;
const TEAM_OWNER: usize = cast::AT_WORK + 15;
const DELETER: usize = cast::AT_WORK + 16;
const NEAR_DELETER: usize = cast::AT_WORK + 17;
const DOWNLOADER: usize = cast::AT_WORK + 18;
const SHARER: usize = cast::AT_WORK + 19;

const OFFICE: Ip = Ip::V4([192, 0, 2, 22]);
const HOTEL: Ip = Ip::V4([203, 0, 113, 91]);
const GUEST_IP: Ip = Ip::V4([203, 0, 113, 92]);
const BROWSER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36";
const SCRIPT: &str = "python-requests/2.31.0";
const SITE: &str = "https://lindemeer.sharepoint.example/sites/projects/";
const ADMIN: (u64, &str) = (1, "ExchangeAdmin");
const ITEM: (u64, &str) = (2, "ExchangeItem");
const ACCESS: (u64, &str) = (50, "ExchangeItemAggregated");
const FILE: (u64, &str) = (6, "SharePointFileOperation");
const SHARING: (u64, &str) = (14, "SharePointSharingOperation");
const TEAMS: (u64, &str) = (25, "MicrosoftTeams");
const COMPLIANCE: (u64, &str) = (18, "SecurityComplianceCenterEOPCmdlet");

/// One record: when, what, by whom.
struct Told<'a> {
    at: Ticks,
    operation: &'static str,
    kind: (u64, &'static str),
    workload: &'static str,
    user: &'a str,
}

impl Told<'_> {
    fn tell(&self, tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, members: impl FnOnce(&mut Writer)) {
        let id = rng.guid();
        let head = Head { id, record_type: self.kind, operation: self.operation, user: self.user.to_owned() };
        planted.unified.push(self.at, Some(head), |w| {
            opening(tenant, w, self.at, id, self.operation, self.kind.0, self.workload);
            w.text("UserKey", self.user);
            w.int("UserType", if self.kind == ADMIN { 2 } else { 0 });
            w.text("UserId", self.user);
            members(w);
        });
    }
}

fn pairs(w: &mut Writer, key: &str, values: &[(&str, &str)]) {
    w.array(key, |w| {
        for (name, value) in values {
            w.item(|w| {
                w.text("Name", name);
                w.text("Value", value);
            });
        }
    });
}

/// A cmdlet of Exchange and its parameters.
type Cmdlet = (u64, &'static str, &'static [(&'static str, &'static str)]);

fn cmdlet(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    user: usize,
    at: Ticks,
    (_, operation, parameters): Cmdlet,
) {
    let user = &tenant.users[user].upn;
    let told = Told { at, operation, kind: ADMIN, workload: "Exchange", user };
    told.tell(tenant, rng, planted, |w| {
        w.text("ClientIP", "192.0.2.22:52378");
        w.text("ResultStatus", "True");
        let object = parameters.iter().find(|(name, _)| matches!(*name, "Identity" | "Name"));
        w.text("ObjectId", object.map_or("", |(_, value)| value));
        w.flag("ExternalAccess", false);
        w.text("OrganizationName", "lindemeer.example");
        pairs(w, "Parameters", parameters);
    });
}

/// What an item's record says of mailbox, client and logon.
fn item(tenant: &Tenant, w: &mut Writer, owner: usize, logon: u64, ip: Ip, client: &str) {
    w.text("ResultStatus", "Succeeded");
    w.ip("ClientIPAddress", ip);
    w.text("ClientInfoString", client);
    w.flag("ExternalAccess", false);
    w.int("InternalLogonType", 0);
    w.int("LogonType", logon);
    w.guid("MailboxGuid", tenant.users[owner].id);
    w.text("MailboxOwnerUPN", &tenant.users[owner].upn);
}

/// A mailbox is read out, and a rule keeps its owner from noticing; another's rule files invoices.
pub fn mailbox(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let rules: [(usize, Ticks, Cmdlet); 2] = [
        (
            MAILBOX,
            on(3, 20, 5, 10),
            (
                0,
                "New-InboxRule",
                &[
                    ("Name", ".."),
                    ("SubjectOrBodyContainsWords", "phishing;hacked;helpdesk"),
                    ("MoveToFolder", "RSS Feeds"),
                    ("MarkAsRead", "True"),
                    ("ForwardTo", "ledger@collector.example"),
                ],
            ),
        ),
        (
            FILTER,
            on(3, 20, 9, 30),
            (
                0,
                "New-InboxRule",
                &[("Name", "invoices"), ("SubjectContainsWords", "invoice"), ("MoveToFolder", "Invoices")],
            ),
        ),
    ];
    for (user, at, rule) in rules {
        cmdlet(tenant, rng, planted, user, at, rule);
    }
    for batch in 0..8 {
        read_out(tenant, rng, planted, on(3, 20, 5, 20) + batch * 11 * MINUTE, "Bind", 130, "False");
    }
    read_out(tenant, rng, planted, on(3, 20, 6, 55), "Sync", 0, "False");
    read_out(tenant, rng, planted, on(3, 20, 6, 58), "Bind", 1, "True");
    let mut finding =
        |title, user, when, what, query| planted.finding(tenant, title, user, when, what, query);
    let what = "forwards and hides what speaks of phishing; henk.dijkstra's rule for invoices is a near miss";
    let query = "mail/rules-against-warnings.kql";
    finding("rule against warnings", MAILBOX, "2025-03-20 05:10", what, query);
    let what = "ledger@collector.example, where lucas.peeters' rule of 18 March sends, too";
    let query = "mail/same-forward-target.kql";
    finding("one target for two mailboxes", MAILBOX, "2025-03-18 to 2025-03-20", what, query);
    let what = "1,041 items within two hours, from 203.0.113.91";
    finding("mailbox read out", MAILBOX, "2025-03-20 05:20 to 06:58", what, "mail/items-accessed.kql");
    let what = "the same day, far above the mailbox's own";
    finding(
        "mail access out of the ordinary",
        MAILBOX,
        "2025-03-20",
        what,
        "mail/items-accessed-outliers.kql",
    );
    let what = "the inbox synchronised, then access throttled";
    finding("mailbox synchronised", MAILBOX, "2025-03-20 06:55 to 06:58", what, "mail/mailbox-sync.kql");
}

fn read_out(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    at: Ticks,
    access: &str,
    items: u64,
    throttled: &str,
) {
    let user = &tenant.users[MAILBOX].upn;
    let told = Told { at, operation: "MailItemsAccessed", kind: ACCESS, workload: "Exchange", user };
    let message = rng.guid();
    told.tell(tenant, rng, planted, |w| {
        item(tenant, w, MAILBOX, 0, HOTEL, "Client=REST;Client=RESTSystem;;");
        pairs(w, "OperationProperties", &[("MailAccessType", access), ("IsThrottled", throttled)]);
        if items == 0 {
            w.raw(
                "Item",
                r#"{"Id":"LgAAAACx0","ParentFolder":{"Id":"LgAAAACx0","Name":"Inbox","Path":"\\Inbox"}}"#,
            );
            return;
        }
        w.array("Folders", |w| {
            w.item(|w| {
                w.array("FolderItems", |w| {
                    for number in 0..items {
                        w.item(|w| {
                            w.text_with("InternetMessageId", |out| {
                                out.push(b'<');
                                out.extend_from_slice(number.to_string().as_bytes());
                                out.push(b'.');
                                push_guid(out, message);
                                out.push(b'>');
                            });
                        });
                    }
                });
                w.text("Id", "LgAAAACx0");
                w.text("Path", "\\Inbox");
            });
        });
        w.int("OperationCount", items);
    });
}

/// An administrator of Exchange in the night of 18 February, and one who switches auditing on.
pub fn exchange(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let night: [Cmdlet; 6] = [
        (2, "Set-AdminAuditLogConfig", &[("UnifiedAuditLogIngestionEnabled", "False")]),
        (
            5,
            "Add-MailboxPermission",
            &[
                ("Identity", "gonda.evers"),
                ("User", "iris.maas@lindemeer.example"),
                ("AccessRights", "FullAccess"),
            ],
        ),
        (
            9,
            "New-ManagementRoleAssignment",
            &[("Name", "Impersonation-iris"), ("Role", "ApplicationImpersonation"), ("User", "iris.maas")],
        ),
        (
            14,
            "New-TransportRule",
            &[
                ("Name", "Archive copy"),
                ("SentToScope", "NotInOrganization"),
                ("BlindCopyTo", "vault@collector.example"),
            ],
        ),
        (18, "Disable-AntiPhishRule", &[("Identity", "Standard protection")]),
        (21, "Set-Mailbox", &[("Identity", "iris.maas"), ("MailTip", "away")]),
    ];
    for told in night {
        cmdlet(tenant, rng, planted, EXCHANGE_ADMIN, on(2, 18, 23, told.0), told);
    }
    let restore: Cmdlet = (0, "Set-AdminAuditLogConfig", &[("UnifiedAuditLogIngestionEnabled", "True")]);
    cmdlet(tenant, rng, planted, TEAM_OWNER, on(2, 19, 8, 40), restore);
    let user = &tenant.users[EXCHANGE_ADMIN].upn;
    for (minute, logon, owner) in [(30, 2, MAILBOX), (33, 0, EXCHANGE_ADMIN)] {
        let told =
            Told { at: on(2, 18, 23, minute), operation: "Send", kind: ITEM, workload: "Exchange", user };
        told.tell(tenant, rng, planted, |w| {
            item(tenant, w, owner, logon, OFFICE, "Client=OWA;Action=ViaProxy");
            w.raw("Item", r#"{"Id":"RgAAAADc2","Subject":"Re: transfer"}"#);
        });
    }
    purge(tenant, rng, planted);
    exchange_findings(tenant, planted);
}

/// A search over all mailboxes, and a purge of what it found.
fn purge(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let user = &tenant.users[EXCHANGE_ADMIN].upn;
    let searches = [
        (41, "New-ComplianceSearch", "hunt", "-Name \"hunt\" -ExchangeLocation \"All\""),
        (
            44,
            "New-ComplianceSearchAction",
            "hunt_Purge",
            "-SearchName \"hunt\" -Purge:$true -PurgeType \"HardDelete\"",
        ),
    ];
    for (minute, operation, object, parameters) in searches {
        let workload = "SecurityComplianceCenter";
        let told = Told { at: on(2, 18, 23, minute), operation, kind: COMPLIANCE, workload, user };
        told.tell(tenant, rng, planted, |w| {
            w.text("ObjectId", object);
            w.text("Parameters", parameters);
        });
    }
}

fn exchange_findings(tenant: &Tenant, planted: &mut Planted) {
    let findings = [
        (
            "auditing switched off",
            "the unified audit log; jelle.huisman, who switches it on again, is none",
            "mail/audit-tampering.kql",
        ),
        ("mailbox opened to another", "full access to gonda.evers' mailbox", "mail/mailbox-permissions.kql"),
        (
            "another's mailbox used",
            "sends from gonda.evers' mailbox; from the own one is none",
            "mail/non-owner-access.kql",
        ),
        (
            "rare operation of Exchange",
            "the role ApplicationImpersonation; Set-Mailbox is none",
            "mail/high-risk-operations.kql",
        ),
        (
            "mail flow rule",
            "a blind copy of all outgoing mail to vault@collector.example",
            "mail/transport-rules.kql",
        ),
        ("protection removed", "the rule against phishing disabled", "mail/protection-removed.kql"),
        (
            "mail purged",
            "a search over all mailboxes, then a purge of what it found",
            "mail/purge-searches.kql",
        ),
    ];
    for (title, what, query) in findings {
        planted.finding(tenant, title, EXCHANGE_ADMIN, "2025-02-18 23:02 to 23:44", what, query);
    }
}

struct FileEvent<'a> {
    operation: &'static str,
    user: &'a str,
    at: Ticks,
    name: &'a str,
    ip: Ip,
    agent: &'a str,
}

fn file(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    event: &FileEvent,
    members: impl FnOnce(&mut Writer),
) {
    let kind = if event.operation.contains("File") { FILE } else { SHARING };
    let told =
        Told { at: event.at, operation: event.operation, kind, workload: "SharePoint", user: event.user };
    told.tell(tenant, rng, planted, |w| {
        w.ip("ClientIP", event.ip);
        w.text("ObjectId", &format!("{SITE}Shared Documents/{}", event.name));
        w.text("EventSource", "SharePoint");
        w.text("ItemType", "File");
        w.text("UserAgent", event.agent);
        w.text("SourceFileExtension", event.name.rsplit('.').next().unwrap_or_default());
        w.text("SiteUrl", SITE);
        w.text("SourceFileName", event.name);
        w.text("SourceRelativeUrl", "Shared Documents");
        members(w);
    });
}

/// Files deleted, synchronised, downloaded; a session used from elsewhere.
pub fn files(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut many = |operation, user: usize, at: Ticks, every: Ticks, count: u64| {
        for number in 0..count {
            let name = format!("plan-{number}.docx");
            let user = &tenant.users[user].upn;
            let at = at + number * every;
            let event = FileEvent { operation, user, at, name: &name, ip: OFFICE, agent: BROWSER };
            file(tenant, rng, planted, &event, |_| {});
        }
    };
    many("FileRecycled", DELETER, on(3, 24, 18, 4), 31 * SECOND, 56);
    many("FileRecycled", NEAR_DELETER, on(3, 24, 9, 4), 61 * SECOND, 50);
    many("FileSyncDownloadedFull", NEAR_DELETER, on(3, 6, 8, 30), 9 * SECOND, 105);
    for day in [10, 11, 12, 13, 14, 17] {
        many("FileDownloaded", DOWNLOADER, on(3, day, 10, 0), 9 * MINUTE, 2);
    }
    many("FileDownloaded", DOWNLOADER, on(3, 27, 16, 0), 2 * MINUTE, 24);
    let what = "56 files within half an hour: above the threshold of 50";
    let query = "files/mass-deletion.kql";
    planted.finding(tenant, "mass deletion", DELETER, "2025-03-24 18:04 to 18:33", what, query);
    let what = "exactly 50 files deleted within the hour: not above the threshold";
    planted.finding(tenant, "near miss: 50 deletions", NEAR_DELETER, "2025-03-24", what, query);
    let what = "105 files within 16 minutes: above the threshold of 100";
    let query = "files/mass-synchronisation.kql";
    planted.finding(tenant, "mass synchronisation", NEAR_DELETER, "2025-03-06 08:30 to 08:46", what, query);
    let what = "24 files on a day, after 2 a day; too few for a mass download";
    let query = "files/download-outliers.kql";
    planted.finding(tenant, "downloads out of the ordinary", DOWNLOADER, "2025-03-27", what, query);
    session(tenant, rng, planted);
}

/// A session that was signed in from the office and reads files from a hotel by a script.
fn session(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let user = &tenant.users[DELETER].upn;
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, DELETER, 0, on(3, 26, 8, 12));
    (sign_in.ip, sign_in.app) = (OFFICE, app("OfficeHome"));
    planted.sign_in(tenant, &sign_in);
    let reads = [
        (on(3, 12, 9, 0), OFFICE, BROWSER, "Roadmap.pptx"),
        (on(3, 26, 8, 20), OFFICE, BROWSER, "Roadmap.pptx"),
        (on(3, 26, 8, 41), HOTEL, SCRIPT, "Budget.xlsx"),
        (on(3, 26, 8, 42), HOTEL, SCRIPT, "Salaries.xlsx"),
        (on(3, 26, 8, 43), HOTEL, SCRIPT, "Contracts.docx"),
    ];
    for (at, ip, agent, name) in reads {
        let event = FileEvent { operation: "FileAccessed", user, at, name, ip, agent };
        let session = if at < sign_in.at { rng.guid() } else { sign_in.session };
        file(tenant, rng, planted, &event, |w| {
            w.object("AppAccessContext", |w| w.guid("AADSessionId", session));
        });
    }
    let what = "3 files from 203.0.113.91 by a script; a fortnight before from the office alone";
    planted.finding(
        tenant,
        "new address and client",
        DELETER,
        "2025-03-26 08:41",
        what,
        "files/new-address.kql",
    );
    let what = "signed in from 192.0.2.22, used from 203.0.113.91, too";
    let query = "overview/session-activity.kql";
    planted.finding(tenant, "session used from elsewhere", DELETER, "2025-03-26 08:12 to 08:43", what, query);
}

/// Links and guests, and a program that looks like a document.
pub fn sharing(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let user = &tenant.users[SHARER].upn;
    let guest = "max.brandt_partner.example#ext#@lindemeer.example";
    let steps = [
        ("AnonymousLinkCreated", user.as_str(), on(3, 21, 15, 2), "Pricing.xlsx", OFFICE, ""),
        ("AnonymousLinkUsed", "anonymous", on(3, 21, 22, 40), "Pricing.xlsx", GUEST_IP, ""),
        ("AnonymousLinkUsed", "anonymous", on(3, 22, 3, 11), "Pricing.xlsx", GUEST_IP, ""),
        ("CompanyLinkCreated", user, on(3, 21, 15, 5), "Menu.pdf", OFFICE, ""),
        ("SharingSet", user, on(3, 21, 15, 20), "Roadmap.pptx", OFFICE, guest),
        ("FileUploaded", user, on(3, 21, 16, 0), "invoice.pdf.exe", OFFICE, ""),
        ("FileUploaded", user, on(3, 21, 16, 1), "invoice.pdf", OFFICE, ""),
    ];
    for (operation, user, at, name, ip, shared_with) in steps {
        let event = FileEvent { operation, user, at, name, ip, agent: BROWSER };
        file(tenant, rng, planted, &event, |w| {
            if !shared_with.is_empty() {
                w.text("TargetUserOrGroupName", shared_with);
                w.text("TargetUserOrGroupType", "Guest");
            }
        });
    }
    let mut finding = |title, when, what, query| planted.finding(tenant, title, SHARER, when, what, query);
    let what = "Pricing.xlsx, opened twice from 203.0.113.92; a link for the organisation is none";
    finding("anonymous link", "2025-03-21 15:02", what, "files/anonymous-links.kql");
    let what = "Roadmap.pptx with a guest";
    finding("shared with a guest", "2025-03-21 15:20", what, "files/external-sharing.kql");
    let what = "invoice.pdf.exe; invoice.pdf is none";
    finding("disguised program", "2025-03-21 16:00", what, "files/executable-uploads.kql");
}

/// A guest comes and goes, teams vanish, and one user owns them all.
pub fn teams(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    const GUEST: &str = "max.brandt_partner.example#EXT#@lindemeer.example";
    const OTHER: &str = "mia.keller_partner.example#EXT#@lindemeer.example";
    let owner = tenant.users[TEAM_OWNER].upn.as_str();
    let steps: [(usize, Ticks, &'static str, &str, &str, u64); 14] = [
        (NEAR_DELETER, on(3, 10, 13, 0), "MemberAdded", "Kestrel", GUEST, 3),
        (NEAR_DELETER, on(3, 10, 13, 20), "MemberRemoved", "Kestrel", GUEST, 3),
        (NEAR_DELETER, on(3, 11, 13, 0), "MemberAdded", "Kestrel", OTHER, 3),
        (NEAR_DELETER, on(3, 11, 16, 0), "MemberRemoved", "Kestrel", OTHER, 3),
        (FILTER, on(3, 17, 22, 1), "TeamDeleted", "Heron", "", 0),
        (FILTER, on(3, 17, 22, 3), "TeamDeleted", "Osprey", "", 0),
        (FILTER, on(3, 17, 22, 5), "TeamDeleted", "Merlin", "", 0),
        (SHARER, on(3, 18, 9, 0), "TeamDeleted", "Lunch", "", 0),
        (SHARER, on(3, 18, 9, 5), "TeamDeleted", "Lunch 2", "", 0),
        (EXCHANGE_ADMIN, on(3, 7, 21, 1), "MemberRoleChanged", "Falcon", owner, 2),
        (EXCHANGE_ADMIN, on(3, 7, 21, 2), "MemberRoleChanged", "Harrier", owner, 2),
        (EXCHANGE_ADMIN, on(3, 7, 21, 3), "MemberRoleChanged", "Kite", owner, 2),
        (EXCHANGE_ADMIN, on(3, 8, 10, 1), "MemberRoleChanged", "Buzzard", owner, 2),
        (EXCHANGE_ADMIN, on(3, 8, 10, 2), "MemberRoleChanged", "Eagle", owner, 1),
    ];
    for (user, at, operation, team, member, role) in steps {
        let user = &tenant.users[user].upn;
        let told = Told { at, operation, kind: TEAMS, workload: "MicrosoftTeams", user };
        told.tell(tenant, rng, planted, |w| {
            w.text("TeamName", team);
            w.text("TeamGuid", &format!("19:{}@thread.tacv2", team.to_lowercase().replace(' ', "-")));
            if !member.is_empty() {
                w.array("Members", |w| {
                    w.item(|w| {
                        w.text("DisplayName", member);
                        w.int("Role", role);
                        w.text("UPN", member);
                    });
                });
            }
        });
    }
    let what = "max.brandt stays 20 minutes in Kestrel; mia.keller stays three hours: a near miss";
    let query = "teams/short-lived-external-members.kql";
    planted.finding(tenant, "external member, soon removed", NEAR_DELETER, "2025-03-10 13:00", what, query);
    let what = "3 teams within four minutes; noah.timmer's 2 are a near miss";
    let query = "teams/many-deleted.kql";
    planted.finding(tenant, "teams deleted", FILTER, "2025-03-17 22:01 to 22:05", what, query);
    let what = "3 teams on a day, by iris.maas; one more on the next day is not counted with them";
    let query = "teams/owner-of-many.kql";
    planted.finding(tenant, "owner of many teams", TEAM_OWNER, "2025-03-07 21:01 to 21:03", what, query);
}
