//! Planted stories: a mailbox taken over, a role held for 41 minutes, and what the new administrator did.
//!
//! The first runs through sign-ins, directory and mail (guessed password, impossible travel, consent, inbox rule,
//! downloads); the second shows why one log is not enough: the role change is in the unified audit log alone,
//! what was done with the role is in the directory audits.

use super::audit::{Change, property, target};
use super::cast;
use super::incidents::{BREAK_GLASS_IP, Planted, SAO_PAULO, SAO_PAULO_IP, on};
use super::names::SERVICES;
use super::rng::Rng;
use super::roles::RoleChange;
use super::signin::{Kind, SignIn, app, outcome};
use super::tenant::Tenant;
use super::ual::Event;
use super::write::{Guid, Ip, MINUTE, SECOND};

const PRIVILEGED_ROLE_ADMINISTRATOR: usize = 14;
const GRANTOR_IP: Ip = Ip::V4([198, 51, 100, 77]);
const HIDING_RULE: &[(&str, &str)] = &[
    ("Name", "."),
    ("SubjectOrBodyContainsWords", "invoice;payment;factuur"),
    ("ForwardTo", "ledger@collector.example"),
    ("DeleteMessage", "True"),
    ("StopProcessingRules", "True"),
];

/// What follows the sign-in from São Paulo of 2025-03-18.
pub fn mailbox(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let user = cast::IMPOSSIBLE;
    for attempt in 0..6 {
        let at = on(3, 18, 9, 3) + attempt * 171 * SECOND;
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, SAO_PAULO, at);
        (sign_in.outcome, sign_in.ip, sign_in.mfa) = (outcome(50126), SAO_PAULO_IP, false);
        sign_in.app = app("One Outlook Web");
        planted.sign_in(tenant, &sign_in);
    }
    let at = on(3, 18, 9, 27) + 31 * SECOND;
    let consent = Change {
        at,
        activity: "Consent to application",
        category: "ApplicationManagement",
        operation: "Assign",
        actor: (user, SAO_PAULO_IP),
        correlation: rng.guid(),
    };
    let client = rng.guid();
    planted.audits.push(at, None, |w| {
        consent.write(tenant, w, |w| {
            target(w, "ServicePrincipal", Some(client), Some("Mail Sync Helper"), None, |w| {
                property(w, "ConsentContext.IsAdminConsent", "", "False");
                let scopes = "[] => [[Scope: Mail.Read Mail.Send offline_access, ConsentType: Principal]]";
                property(w, "ConsentAction.Permissions", "", scopes);
            });
        });
    });
    let rule = Event::named(rng, "New-InboxRule", user, SAO_PAULO_IP, on(3, 18, 9, 30)).with(HIDING_RULE);
    rule.tell(tenant, rng, &mut planted.unified);
    downloads(tenant, rng, planted);
    let who = (user, "2025-03-18 09:03 to 09:21");
    let what = "6 wrong passwords from 203.0.113.84, then a success from there";
    planted.finding(
        tenant,
        "success after failures",
        who.0,
        who.1,
        what,
        "signins/success-after-failures.kql",
    );
    let what = "consent to Mail Sync Helper: Mail.Read, Mail.Send, offline_access";
    let query = "directory/risky-consents.kql";
    planted.finding(tenant, "consent to read mail", user, "2025-03-18 09:27", what, query);
    let what = "inbox rule \".\" forwards invoices to ledger@collector.example and deletes them";
    planted.finding(tenant, "forwarding rule", user, "2025-03-18 09:30", what, "mail/forwarding-rules.kql");
}

fn downloads(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut download = |user, ip, at| {
        Event::named(rng, "FileDownloaded", user, ip, at).tell(tenant, rng, &mut planted.unified);
    };
    for file in 0..30 {
        download(cast::IMPOSSIBLE, SAO_PAULO_IP, on(3, 18, 9, 34) + file * 41 * SECOND);
    }
    for file in 0..25 {
        download(cast::NEAR_IMPOSSIBLE, Ip::V4([192, 0, 2, 3]), on(3, 17, 13, 1) + file * 97 * SECOND);
    }
    let query = "files/mass-download.kql";
    let what = "30 files downloaded within 20 minutes from 203.0.113.84";
    planted.finding(tenant, "mass download", cast::IMPOSSIBLE, "2025-03-18 09:34 to 09:53", what, query);
    let what = "exactly 25 files downloaded within an hour: not above the threshold";
    planted.finding(tenant, "near miss: 25 downloads", cast::NEAR_IMPOSSIBLE, "2025-03-17", what, query);
}

/// A role granted and taken back; in between, an account is created and deleted.
pub fn temporary_role(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (add, minute) in [(true, 5), (false, 46)] {
        let change = RoleChange {
            add,
            at: on(2, 27, 22, minute),
            role: PRIVILEGED_ROLE_ADMINISTRATOR,
            target: cast::UAL_ONLY,
            by: Some((cast::GRANTOR, GRANTOR_IP)),
            correlation: rng.guid(),
            id: rng.guid(),
        };
        change.unified(tenant, &mut planted.unified);
    }
    let account = rng.guid();
    let steps = [("Add user", "Add", on(2, 27, 22, 14)), ("Delete user", "Delete", on(2, 27, 22, 39))];
    for (activity, operation, at) in steps {
        let late = rng.below(MINUTE);
        account_row(tenant, rng, planted, activity, operation, account, at + late);
    }
    let what = "Privileged Role Administrator for 41 minutes, by marek.nowak, not through PIM";
    let title = "role granted and removed, in the unified audit log alone";
    let query = "roles/role-grants-from-ual.kql";
    planted.finding(tenant, title, cast::UAL_ONLY, "2025-02-27 22:05 to 22:46", what, query);
    let what = "creates svc-sync@lindemeer.example and deletes it 25 minutes later";
    let query = "directory/short-lived-accounts.kql";
    planted.finding(tenant, "short-lived account", cast::UAL_ONLY, "2025-02-27 22:14 to 22:39", what, query);
}

/// What the user who was made Global Administrator outside PIM does that night.
pub fn new_administrator(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let actor = (cast::OUTSIDE_PIM, BREAK_GLASS_IP);
    let secret = Change {
        at: on(3, 22, 2, 40) + 12 * SECOND,
        activity: "Update application – Certificates and secrets management ",
        category: "ApplicationManagement",
        operation: "Update",
        actor,
        correlation: rng.guid(),
    };
    planted.audits.push(secret.at, None, |w| {
        secret.write(tenant, w, |w| {
            target(w, "Application", Some(tenant.services[0].1), Some(SERVICES[0]), None, |w| {
                let key = "[KeyIdentifier=7d1e,KeyType=Password,KeyUsage=Verify,DisplayName=temp]";
                property(w, "KeyDescription", "[]", key);
            });
        });
    });
    let policy = Change {
        at: on(3, 22, 2, 52) + 44 * SECOND,
        activity: "Update conditional access policy",
        category: "Policy",
        correlation: rng.guid(),
        ..secret
    };
    let id = rng.guid();
    planted.audits.push(policy.at, None, |w| {
        policy.write(tenant, w, |w| {
            target(w, "Policy", Some(id), Some("Require MFA for admins"), None, |w| {
                property(w, "ConditionalAccessPolicy", "enabled", "disabled");
            });
        });
    });
    let what = "a secret added to the application Backup Vault Sync";
    let query = "directory/application-credentials.kql";
    planted.finding(tenant, "application credential", cast::OUTSIDE_PIM, "2025-03-22 02:40", what, query);
    let what = "the policy Require MFA for admins disabled";
    let query = "directory/conditional-access-changes.kql";
    planted.finding(
        tenant,
        "Conditional Access weakened",
        cast::OUTSIDE_PIM,
        "2025-03-22 02:52",
        what,
        query,
    );
}

fn account_row(
    tenant: &Tenant,
    rng: &mut Rng,
    planted: &mut Planted,
    activity: &str,
    operation: &str,
    account: Guid,
    at: u64,
) {
    let change = Change {
        at,
        activity,
        category: "UserManagement",
        operation,
        actor: (cast::UAL_ONLY, GRANTOR_IP),
        correlation: rng.guid(),
    };
    planted.audits.push(at, None, |w| {
        change.write(tenant, w, |w| {
            target(w, "User", Some(account), None, Some("svc-sync@lindemeer.example"), |w| {
                property(w, "AccountEnabled", "", if operation == "Add" { "true" } else { "false" });
            });
        });
    });
}
