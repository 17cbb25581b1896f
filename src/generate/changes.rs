//! Planted stories of the directory: an application that makes an administrator, a policy that learns exceptions, a
//! domain that is federated, a help desk that resets too much, guests, keys and devices.
//!
//! Each is a few rows of AuditLogs. The trap in such rows: a modified property is JSON in a string, and an array or
//! an object in it is not quoted once more, as a plain text is (`property`).

use super::audit::{detail, head, initiated_by, initiated_by_app, property, target};
use super::cast;
use super::incidents::{Incident, Planted, on};
use super::rng::Rng;
use super::tenant::Tenant;
use super::write::{Guid, Ip, MINUTE, SECOND, Ticks, Writer, push_guid};

const APP_ADMIN: usize = cast::AT_WORK;
const POLICY_ADMIN: usize = cast::AT_WORK + 1;
const TRAVELLER: usize = cast::AT_WORK + 2;
const FEDERATOR: usize = cast::AT_WORK + 3;
const HELP_DESK: usize = cast::AT_WORK + 4;
const ELIGIBLE: usize = cast::AT_WORK + 5;
const INVITER: usize = cast::AT_WORK + 6;
const COLLEAGUE: usize = cast::AT_WORK + 7;
const KEY_READER: usize = cast::AT_WORK + 8;
const DEVICE_OWNER: usize = cast::AT_WORK + 9;
const GROUP_ADMIN: usize = cast::AT_WORK + 10;
const RARE: usize = cast::AT_WORK + 11;

const OFFICE: Ip = Ip::V4([192, 0, 2, 21]);
const ABROAD: Ip = Ip::V4([203, 0, 113, 95]);
const GUEST_IP: Ip = Ip::V4([203, 0, 113, 96]);
const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/// Who does it: a person at an address, or an application.
#[derive(Clone, Copy)]
enum Actor {
    Person(usize, Ip),
    Application(&'static str, Guid),
}

/// A row of AuditLogs but for its targets.
struct Row {
    at: Ticks,
    activity: &'static str,
    category: &'static str,
    operation: &'static str,
    service: &'static str,
    reason: &'static str,
    actor: Actor,
    details: &'static [(&'static str, &'static str)],
}

fn row(at: Ticks, activity: &'static str, category: &'static str, actor: Actor) -> Row {
    Row {
        at,
        activity,
        category,
        operation: "Update",
        service: "Core Directory",
        reason: "",
        actor,
        details: &[],
    }
}

impl Row {
    fn tell(&self, tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, targets: impl FnOnce(&mut Writer)) {
        let correlation = rng.guid();
        planted.audits.push(self.at, None, |w| {
            head(w, "Directory", self.category, correlation, self.at, false, self.reason);
            w.text("activityDisplayName", self.activity);
            w.time("activityDateTime", self.at, 7);
            w.text("loggedByService", self.service);
            w.text("operationType", self.operation);
            match self.actor {
                Actor::Person(user, ip) => initiated_by(tenant, w, user, Some(ip)),
                Actor::Application(name, principal) => initiated_by_app(w, name, principal),
            }
            w.array("targetResources", targets);
            w.array("additionalDetails", |w| {
                for (key, value) in self.details {
                    detail(w, key, value);
                }
            });
        });
    }
}

/// A modified property whose values are JSON as they stand: an array or an object.
fn json(w: &mut Writer, name: &str, old: &str, new: &str) {
    w.item(|w| {
        w.text("displayName", name);
        w.text("oldValue", old);
        w.text("newValue", new);
    });
}

/// A target that is a person of the tenant.
fn person(tenant: &Tenant, w: &mut Writer, user: usize, changes: impl FnOnce(&mut Writer)) {
    let user = &tenant.users[user];
    target(w, "User", Some(user.id), None, Some(&user.upn), changes);
}

fn consent(w: &mut Writer, application: (&str, Guid), admin: &str, scopes: &str) {
    target(w, "ServicePrincipal", Some(application.1), Some(application.0), None, |w| {
        property(w, "ConsentContext.IsAdminConsent", "", admin);
        property(w, "ConsentAction.Permissions", "", scopes);
    });
}

fn secret(w: &mut Writer, application: (&str, Guid)) {
    target(w, "Application", Some(application.1), Some(application.0), None, |w| {
        let key = r#"["[KeyIdentifier=3f0c,KeyType=Password,KeyUsage=Verify,DisplayName=tmp]"]"#;
        json(w, "KeyDescription", "[]", key);
    });
}

/// Consent, secret, permissions, and an administrator made with them: the night of 27 March.
pub fn application(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    const NAME: &str = "Ledger Connect";
    let by = Actor::Person(APP_ADMIN, ABROAD);
    let (principal, object) = (rng.guid(), rng.guid());
    let management = "ApplicationManagement";
    row(on(3, 27, 1, 5), "Consent to application", management, by).tell(tenant, rng, planted, |w| {
        let scopes = "[] => [[Scope: Directory.Read.All Mail.Read, ConsentType: AllPrincipals]]";
        consent(w, (NAME, principal), "True", scopes);
    });
    let activity = "Update application – Certificates and secrets management ";
    row(on(3, 27, 1, 20), activity, management, by).tell(tenant, rng, planted, |w| secret(w, (NAME, object)));
    let grants = [
        (31, "RoleManagement.ReadWrite.Directory", "Microsoft Graph"),
        (33, "full_access_as_app", "Office 365 Exchange Online"),
    ];
    for (minute, permission, resource) in grants {
        let grant = row(on(3, 27, 1, minute), "Add app role assignment to service principal", management, by);
        let service = rng.guid();
        grant.tell(tenant, rng, planted, |w| {
            target(w, "ServicePrincipal", Some(service), Some(resource), None, |w| {
                property(w, "AppRole.Value", "", permission);
                w.item(|w| {
                    w.text("displayName", "ServicePrincipal.ObjectID");
                    w.null("oldValue");
                    w.text_with("newValue", |out| {
                        out.extend_from_slice(b"\\\"");
                        push_guid(out, principal);
                        out.extend_from_slice(b"\\\"");
                    });
                });
                property(w, "ServicePrincipal.DisplayName", "", NAME);
            });
            target(w, "ServicePrincipal", Some(principal), Some(NAME), None, |_| {});
        });
    }
    let by = Actor::Application(NAME, principal);
    row(on(3, 27, 2, 10), "Add member to role", "RoleManagement", by).tell(tenant, rng, planted, |w| {
        person(tenant, w, APP_ADMIN, |w| property(w, "Role.DisplayName", "", "Global Administrator"));
    });
    near_application(tenant, rng, planted);
    application_findings(tenant, planted);
}

fn application_findings(tenant: &Tenant, planted: &mut Planted) {
    let finding = |planted: &mut Planted, title, when, what, query| {
        planted.finding(tenant, title, APP_ADMIN, when, what, query);
    };
    let what = "Ledger Connect: consented to for the tenant at 01:05, a secret at 01:20";
    let query = "applications/credential-after-consent.kql";
    finding(planted, "credential after an admin consent", "2025-03-27 01:05 to 01:20", what, query);
    let what = "Ledger Connect: unknown before, one user";
    finding(
        planted,
        "consent to a new application",
        "2025-03-27 01:05",
        what,
        "applications/rare-consents.kql",
    );
    let what = "RoleManagement.ReadWrite.Directory granted to Ledger Connect";
    let query = "applications/powerful-permissions.kql";
    finding(planted, "powerful permission", "2025-03-27 01:31", what, query);
    let what = "full_access_as_app granted to Ledger Connect";
    finding(
        planted,
        "access to all mailboxes",
        "2025-03-27 01:33",
        what,
        "applications/full-mailbox-access.kql",
    );
    let what =
        "Ledger Connect makes thijs.verbeek Global Administrator 39 minutes after it got the permission";
    let query = "applications/permission-then-administrator.kql";
    finding(planted, "an application makes an administrator", "2025-03-27 02:10", what, query);
}

/// A consent for oneself and a secret after it, and an application that many have known for long.
fn near_application(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let by = Actor::Person(COLLEAGUE, OFFICE);
    let (principal, object) = (rng.guid(), rng.guid());
    let scopes = "[] => [[Scope: User.Read, ConsentType: Principal]]";
    for day in [4, 26] {
        row(on(3, day, 9, 12), "Consent to application", "ApplicationManagement", by).tell(
            tenant,
            rng,
            planted,
            |w| consent(w, ("Agenda Mate", principal), "False", scopes),
        );
    }
    let activity = "Add service principal credentials";
    row(on(3, 4, 9, 40), activity, "ApplicationManagement", by)
        .tell(tenant, rng, planted, |w| secret(w, ("Agenda Mate", object)));
    let what = "Agenda Mate: a secret half an hour after a consent, but for the user alone; consented to again on 26 March, \
                known by then";
    let query = "applications/credential-after-consent.kql";
    planted.finding(tenant, "near miss: a user's consent", COLLEAGUE, "2025-03-04", what, query);
}

/// A policy gets an exception; then someone is put into the group that it excludes.
pub fn exception(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let by = Actor::Person(POLICY_ADMIN, OFFICE);
    let (policy, other) = (rng.guid(), rng.guid());
    let before = r#"{"state":"enabled","conditions":{"users":{"excludeUsers":[],"excludeGroups":[]}}}"#;
    let after = r#"{"state":"enabled","conditions":{"users":{"excludeUsers":[],"excludeGroups":["6c2f7a10-5d3e-4b1c-9a77-2f1e8d4c0b55"]}}}"#;
    let weaken = row(on(3, 12, 17, 48), "Update conditional access policy", "Policy", by);
    weaken.tell(tenant, rng, planted, |w| {
        target(w, "Policy", Some(policy), Some("Require MFA for all users"), None, |w| {
            json(w, "ConditionalAccessPolicy", before, after);
        });
    });
    let create = row(on(3, 11, 10, 2), "Add conditional access policy", "Policy", by);
    create.tell(tenant, rng, planted, |w| {
        target(w, "Policy", Some(other), Some("Block legacy authentication"), None, |w| {
            json(w, "ConditionalAccessPolicy", "", before);
        });
    });
    let groups = [
        (10, "6c2f7a10-5d3e-4b1c-9a77-2f1e8d4c0b55", "Travel desk"),
        (25, "0d9b6c1e-83f2-4c7a-8a55-6e1f9b2d7c40", "Reception"),
    ];
    for (minute, id, name) in groups {
        let add = row(on(3, 12, 18, minute), "Add member to group", "GroupManagement", by);
        add.tell(tenant, rng, planted, |w| {
            person(tenant, w, TRAVELLER, |w| {
                property(w, "Group.ObjectID", "", id);
                property(w, "Group.DisplayName", "", name);
            });
        });
    }
    let title = "exception from a policy";
    let what = "Require MFA for all users excludes a group; Block legacy authentication, created the day before, is none";
    let query = "directory/conditional-access-weakened.kql";
    planted.finding(tenant, title, POLICY_ADMIN, "2025-03-12 17:48", what, query);
    let what = "veerle.nijs put into Travel desk, which the policy excludes; Reception is a near miss";
    let query = "directory/exclusion-group-members.kql";
    planted.finding(tenant, "member of an excluded group", POLICY_ADMIN, "2025-03-12 18:10", what, query);
}

/// A domain is federated, a partner trusted; another domain is only verified.
pub fn federation(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let by = Actor::Person(FEDERATOR, ABROAD);
    let partner = rng.guid();
    let mut domain = |minute, activity, name: &str, changed: &str, old: &str, new: &str| {
        let change = row(on(2, 11, 23, minute), activity, "DirectoryManagement", by);
        change.tell(tenant, rng, planted, |w| {
            target(w, "Other", None, Some(name), None, |w| json(w, changed, old, new));
        });
    };
    let lab = "lab.lindemeer.example";
    domain(40, "Set domain authentication", lab, "LiveType", r#"["Managed"]"#, r#"["Federated"]"#);
    let issuer = r#"["http://sts.collector.example/adfs/services/trust"]"#;
    domain(42, "Set federation settings on domain", lab, "IssuerUri", "[]", issuer);
    domain(30, "Verify domain", "events.lindemeer.example", "Verified", "[false]", "[true]");
    let activity = "Add a partner to cross-tenant access setting";
    row(on(2, 11, 23, 52), activity, "CrossTenantAccessSettings", by).tell(tenant, rng, planted, |w| {
        target(w, "Policy", Some(partner), Some("collector.example"), None, |w| {
            json(
                w,
                "inboundTrust",
                r#"{"isMfaAccepted":false}"#,
                r#"{"isMfaAccepted":true,"isCompliantDeviceAccepted":true}"#,
            );
        });
    });
    let what =
        "lab.lindemeer.example federated with an issuer outside; events.lindemeer.example, verified, is none";
    let query = "directory/federation-changes.kql";
    planted.finding(tenant, "domain federated", FEDERATOR, "2025-02-11 23:40 to 23:42", what, query);
    let what = "collector.example added as a partner whose second factor counts here";
    let query = "directory/cross-tenant-access-changes.kql";
    planted.finding(tenant, "partner trusted", FEDERATOR, "2025-02-11 23:52", what, query);
}

/// The help desk takes over an account that may activate a role, among other resets.
pub fn help_desk(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let by = Actor::Person(HELP_DESK, OFFICE);
    let role = Row {
        service: "PIM",
        operation: "Assign",
        ..row(
            on(3, 3, 9, 0),
            "Add eligible member to role in PIM completed (timebound)",
            "RoleManagement",
            Actor::Person(INVITER, OFFICE),
        )
    };
    role.tell(tenant, rng, planted, |w| {
        target(w, "Role", Some(tenant.roles[10]), Some("Helpdesk Administrator"), None, |_| {});
        person(tenant, w, ELIGIBLE, |_| {});
    });
    let mut reset = |actor, at, user| {
        row(at, "Reset user password", "UserManagement", actor)
            .tell(tenant, rng, planted, |w| person(tenant, w, user, |_| {}));
    };
    for (number, user) in
        [TRAVELLER, KEY_READER, DEVICE_OWNER, GROUP_ADMIN, RARE, ELIGIBLE].into_iter().enumerate()
    {
        reset(by, on(3, 14, 13, 22) + number as u64 * 7 * MINUTE, user);
    }
    for (number, user) in [TRAVELLER, KEY_READER, DEVICE_OWNER, GROUP_ADMIN].into_iter().enumerate() {
        let by = Actor::Person(COLLEAGUE, OFFICE);
        reset(by, on(3, 13, 10, 5) + number as u64 * 11 * MINUTE, user);
    }
    let mut method = |minute, activity, service, reason, user| {
        let change = Row { service, reason, ..row(on(3, 14, 14, minute), activity, "UserManagement", by) };
        change.tell(tenant, rng, planted, |w| person(tenant, w, user, |_| {}));
    };
    let pass = "Admin registered temporary access pass method for user";
    let service = "Authentication Methods";
    method(2, "Admin registered security info", service, pass, ELIGIBLE);
    method(9, "Admin registered security info", service, "Admin registered phone method for user", TRAVELLER);
    method(5, "Disable Strong Authentication", "Core Directory", "", ELIGIBLE);
    let mut finding = |title, when, what, query| planted.finding(tenant, title, HELP_DESK, when, what, query);
    let what = "6 accounts within 36 minutes; boris.todorov's 4 on the day before are a near miss";
    finding("many passwords reset", "2025-03-14 13:22 to 13:57", what, "directory/password-resets.kql");
    let what = "zeger.pauwels, eligible for Helpdesk Administrator, among them";
    let query = "directory/privileged-password-resets.kql";
    finding("password of a privileged account reset", "2025-03-14 13:57", what, query);
    let what = "a temporary access pass for zeger.pauwels, then no second factor; a telephone for veerle.nijs, who holds no role, \
                is a near miss";
    let query = "directory/privileged-authentication-methods.kql";
    finding("method of a privileged account", "2025-03-14 14:02 to 14:05", what, query);
    let what = "for zeger.pauwels";
    let query = "directory/temporary-access-passes.kql";
    finding("temporary access pass", "2025-03-14 14:02", what, query);
    let what = "for zeger.pauwels";
    finding("multifactor authentication disabled", "2025-03-14 14:05", what, "directory/mfa-disabled.kql");
}

/// Guests, and an account by someone who creates none.
pub fn guests(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let by = Actor::Person(INVITER, OFFICE);
    let (open, busy, created) = (rng.guid(), rng.guid(), rng.guid());
    let steps = [
        (on(3, 5, 11, 0), "Invite external user", open, "max.brandt"),
        (on(3, 3, 11, 0), "Invite external user", busy, "mia.keller"),
        (on(3, 3, 15, 20), "Redeem external user invite", busy, "mia.keller"),
    ];
    for (at, activity, guest, account) in steps {
        let upn = format!("{account}_partner.example#EXT#@lindemeer.example");
        let invite =
            Row { service: "Invited Users", operation: "Add", ..row(at, activity, "UserManagement", by) };
        invite.tell(tenant, rng, planted, |w| {
            target(w, "User", Some(guest), None, Some(&upn), |_| {});
        });
    }
    sign_in_of_guest(tenant, rng, planted, busy);
    row(on(3, 28, 21, 15), "Add user", "UserManagement", Actor::Person(RARE, ABROAD)).tell(
        tenant,
        rng,
        planted,
        |w| {
            target(w, "User", Some(created), None, Some("temp.audit@lindemeer.example"), |w| {
                property(w, "AccountEnabled", "", "true");
            });
        },
    );
    let company = row(on(3, 31, 20, 15), "Set company information", "DirectoryManagement", by);
    company.tell(tenant, rng, planted, |w| {
        target(w, "Other", Some(tenant.id), Some("Lindemeer"), None, |w| {
            json(w, "TechnicalNotificationMail", "[]", r#"["it@collector.example"]"#);
        });
    });
    let what = "max.brandt never came; mia.keller, who did, is none";
    let query = "directory/unredeemed-invitations.kql";
    planted.finding(tenant, "open invitation", INVITER, "2025-03-05", what, query);
    let what = "temp.audit@lindemeer.example, the first account that this user creates";
    let query = "directory/accounts-by-new-creators.kql";
    planted.finding(tenant, "account by a new creator", RARE, "2025-03-28 21:15", what, query);
    let what = "Set company information, which nobody did in the fortnight before";
    let query = "directory/rare-activity.kql";
    planted.finding(tenant, "rare activity", INVITER, "2025-03-31 20:15", what, query);
}

/// The guest signs in with the Azure CLI: a row of its own, for guests are no users of the tenant here.
fn sign_in_of_guest(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, guest: Guid) {
    let (id, correlation) = (rng.guid(), rng.guid());
    planted.interactive.push(on(3, 6, 10, 5), None, |w| {
        w.guid("id", id);
        w.time("createdDateTime", on(3, 6, 10, 5), 0);
        w.text("userDisplayName", "Mia Keller");
        w.text("userPrincipalName", "mia.keller@partner.example");
        w.guid("userId", guest);
        w.text("userType", "guest");
        w.text("appId", AZURE_CLI);
        w.text("appDisplayName", "Microsoft Azure CLI");
        w.ip("ipAddress", GUEST_IP);
        w.text("clientAppUsed", "Mobile Apps and Desktop clients");
        w.guid("correlationId", correlation);
        w.text("conditionalAccessStatus", "success");
        w.flag("isInteractive", true);
        w.text("resourceDisplayName", "Windows Azure Service Management API");
        w.text("authenticationRequirement", "multiFactorAuthentication");
        w.guid("resourceTenantId", tenant.id);
        w.raw("status", r#"{"errorCode":0,"failureReason":"Other.","additionalDetails":null}"#);
        w.raw("location", r#"{"city":"Utrecht","state":"Utrecht","countryOrRegion":"NL","geoCoordinates":{"altitude":null,"latitude":52.0907,"longitude":5.1214}}"#);
    });
    planted.incidents.push(Incident {
        title: "guest with an admin tool",
        who: "mia.keller@partner.example".to_owned(),
        when: "2025-03-06 10:05",
        what: "signs in to the Azure CLI three days after the invitation",
        query: "directory/guests-with-admin-tools.kql",
    });
}

/// Recovery keys, devices, and the rule of a group.
pub fn devices(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut device =
        |at, activity, actor, name: &str, owner: Option<usize>, changes: &[(&str, &str, &str)]| {
            let id = rng.guid();
            row(at, activity, "Device", actor).tell(tenant, rng, planted, |w| {
                target(w, "Device", Some(id), Some(name), None, |w| {
                    for (changed, old, new) in changes {
                        json(w, changed, old, new);
                    }
                });
                if let Some(owner) = owner {
                    person(tenant, w, owner, |_| {});
                }
            });
        };
    for (number, name) in ["LT-0101", "LT-0102", "LT-0103", "LT-0104", "LT-0105"].into_iter().enumerate() {
        let at = on(2, 20, 19, 2) + number as u64 * 95 * SECOND;
        device(at, "Read BitLocker key", Actor::Person(KEY_READER, OFFICE), name, None, &[]);
    }
    device(on(2, 21, 9, 30), "Read BitLocker key", Actor::Person(COLLEAGUE, OFFICE), "LT-0107", None, &[]);
    for (number, name) in ["DESKTOP-1", "DESKTOP-2", "DESKTOP-3", "DESKTOP-4"].into_iter().enumerate() {
        let at = on(3, 19, 20, 11) + number as u64 * 4 * MINUTE;
        let owner = if number < 3 { DEVICE_OWNER } else { COLLEAGUE };
        device(at, "Add registered owner to device", Actor::Person(owner, ABROAD), name, Some(owner), &[]);
    }
    let by = Actor::Person(DEVICE_OWNER, ABROAD);
    let system = [("DeviceOSType", r#"["Windows"]"#, r#"["MacOS"]"#)];
    device(on(3, 19, 20, 40), "Update device", by, "DESKTOP-2", None, &system);
    let compliance = [("IsCompliant", "[true]", "[false]")];
    device(on(3, 19, 20, 44), "Update device", by, "DESKTOP-3", None, &compliance);
    let group = rng.guid();
    let rules = [
        (
            20,
            "MembershipRule",
            r#"["(user.department -eq \"Finance\")"]"#,
            r#"["(user.country -eq \"NL\")"]"#,
        ),
        (24, "Description", r#"["Finance"]"#, r#"["Finance and control"]"#),
    ];
    for (minute, changed, old, new) in rules {
        let by = Actor::Person(GROUP_ADMIN, OFFICE);
        let change = row(on(2, 25, 16, minute), "Update group", "GroupManagement", by);
        change.tell(tenant, rng, planted, |w| {
            target(w, "Group", Some(group), Some("Finance vault"), None, |w| json(w, changed, old, new));
        });
    }
    let what = "5 recovery keys on a day: above the threshold of 3; boris.todorov's one is listed, too";
    let query = "directory/bitlocker-key-reads.kql";
    planted.finding(tenant, "recovery keys read", KEY_READER, "2025-02-20 19:02 to 19:08", what, query);
    let what = "3 devices within minutes; boris.todorov's one is none";
    let query = "directory/device-joins.kql";
    planted.finding(tenant, "devices joined", DEVICE_OWNER, "2025-03-19 20:11 to 20:19", what, query);
    let what = "DESKTOP-2 turns from Windows to MacOS; a change of DESKTOP-3's compliance is none";
    let query = "directory/device-identity-changes.kql";
    planted.finding(tenant, "device becomes another", DEVICE_OWNER, "2025-03-19 20:40", what, query);
    let what = "Finance vault takes everyone in the Netherlands; its new description is none";
    let query = "directory/dynamic-group-changes.kql";
    planted.finding(tenant, "rule of a group", GROUP_ADMIN, "2025-02-25 16:20", what, query);
}
