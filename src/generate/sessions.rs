//! Planted stories of tokens, clients and services: a session that is stolen, a code that someone else sent, a tool
//! never used before, an application that wakes up.

use super::audit::{Change, property, target};
use super::cast;
use super::incidents::{BREAK_GLASS_IP, Incident, Planted, SAO_PAULO, UTRECHT, WARSZAWA, on};
use super::names::{App, IDENTITIES, SERVICES};
use super::rng::Rng;
use super::signin::{Kind, Odd, SignIn, app, outcome};
use super::tenant::Tenant;
use super::write::{Ip, MINUTE, Ticks};

const PHISHED: usize = cast::SIGNING_IN + 1;
const ON_THE_MOVE: usize = cast::SIGNING_IN + 7;
const CODE_TYPED: usize = cast::SIGNING_IN + 14;
const CODE_REFUSED: usize = cast::SIGNING_IN + 15;
const NEW_TOOL: usize = cast::SIGNING_IN + 2;
const OLD_TOOL: usize = cast::SIGNING_IN + 3;
const ODD_BROWSER: usize = cast::SIGNING_IN + 23;
const RISKY: usize = cast::SIGNING_IN + 22;
const LESS_RISKY: usize = cast::SIGNING_IN + 17;
const WOKEN: usize = cast::SIGNING_IN + 10;
const AWAKE: usize = cast::SIGNING_IN + 9;
const ELSEWHERE: usize = cast::SIGNING_IN + 20;
const OWNER: usize = cast::SIGNING_IN + 21;

const AMSTERDAM: usize = 2;
const BERLIN: usize = 6;
const LAGOS: usize = 17;

const WOKEN_SERVICE: &str = "Scanner Bridge";
const AWAKE_SERVICE: &str = "Fair Registration";
const POWERSHELL: App = App {
    name: "Azure Active Directory PowerShell",
    id: "1b730954-1685-4b74-9bfd-dac224a7b894",
    resource: "Windows Azure Active Directory",
    resource_id: "00000002-0000-0000-c000-000000000000",
    client: "Mobile Apps and Desktop clients",
};
const FALKON: &str =
    "Mozilla/5.0 (X11; FreeBSD amd64) AppleWebKit/537.36 (KHTML, like Gecko) Falkon/24.12 QtWebEngine/6.8";

/// A success of someone at a place.
fn let_in(tenant: &Tenant, rng: &mut Rng, who: (usize, usize), application: &str, at: Ticks) -> SignIn {
    let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, who.0, who.1, at);
    sign_in.app = app(application);
    sign_in.device = tenant.users[who.0].device;
    sign_in
}

pub fn tokens(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let mut begun = let_in(tenant, rng, (PHISHED, BERLIN), "OfficeHome", on(2, 26, 8, 12));
    begun.device = 3;
    planted.sign_in(tenant, &begun);
    let mut reused = let_in(tenant, rng, (PHISHED, LAGOS), "One Outlook Web", on(2, 26, 17, 40));
    (reused.session, reused.device) = (begun.session, 3);
    planted.sign_in(tenant, &reused);
    let office = let_in(tenant, rng, (ON_THE_MOVE, UTRECHT), "OfficeHome", on(2, 26, 8, 12));
    planted.sign_in(tenant, &office);
    let mut train = let_in(tenant, rng, (ON_THE_MOVE, AMSTERDAM), "One Outlook Web", on(2, 26, 17, 40));
    train.session = office.session;
    planted.sign_in(tenant, &train);
    let what = "a session begins at the Office portal in a network new to her (Berlin) and goes on from Lagos in the evening";
    let query = "tokens/adversary-in-the-middle.kql";
    planted.finding(tenant, "adversary in the middle", PHISHED, "2025-02-26 08:12 to 17:40", what, query);
    let query = "tokens/session-from-several-networks.kql";
    let what = "one session in two networks and two countries";
    planted.finding(tenant, "session in two networks", PHISHED, "2025-02-26", what, query);
    let what = "a session in two networks of one country, with one client";
    planted.finding(tenant, "near miss: session on the move", ON_THE_MOVE, "2025-02-26", what, query);

    for (user, code) in [(CODE_TYPED, 0), (CODE_REFUSED, 50126)] {
        let place = (user, UTRECHT);
        let mut typed = let_in(tenant, rng, place, "Microsoft Authentication Broker", on(3, 6, 13, 25));
        typed.outcome = outcome(code);
        typed.odd.protocol = Some("deviceCode");
        planted.sign_in(tenant, &typed);
    }
    let query = "tokens/device-code.kql";
    let what = "a device code for the Authentication Broker, the first of this user";
    planted.finding(tenant, "device code typed", CODE_TYPED, "2025-03-06 13:25", what, query);
    let what = "a device code that did not lead to a sign-in";
    planted.finding(tenant, "near miss: device code refused", CODE_REFUSED, "2025-03-06 13:25", what, query);
}

pub fn clients(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    for (user, at) in [(OLD_TOOL, on(1, 29, 9, 30)), (NEW_TOOL, on(2, 18, 10, 12))] {
        let mut tool = let_in(tenant, rng, (user, UTRECHT), "OfficeHome", at);
        tool.odd.app = Some(&POWERSHELL);
        planted.sign_in(tenant, &tool);
    }
    let query = "signins/command-line-tools.kql";
    let what = "Azure AD PowerShell for the first time, a month after the first sign-in";
    planted.finding(tenant, "first use of PowerShell", NEW_TOOL, "2025-02-18 10:12", what, query);
    let what = "the same within the 14 days in which tools are learnt";
    planted.finding(tenant, "near miss: tool learnt", OLD_TOOL, "2025-01-29", what, query);

    let mut odd = let_in(tenant, rng, (ODD_BROWSER, UTRECHT), "OfficeHome", on(3, 11, 9, 4));
    odd.odd.agent = Some(FALKON);
    planted.sign_in(tenant, &odd);
    let what = "Falkon on FreeBSD, which nobody else uses";
    let query = "signins/rare-user-agents.kql";
    planted.finding(tenant, "rare browser", ODD_BROWSER, "2025-03-11", what, query);

    let risks = [
        (RISKY, ("high", "atRisk", "unfamiliarFeatures")),
        (LESS_RISKY, ("low", "none", "unfamiliarFeatures")),
    ];
    for (user, risk) in risks {
        let mut risky = let_in(tenant, rng, (user, UTRECHT), "OfficeHome", on(3, 12, 9, 40));
        risky.odd.risk = Some(risk);
        planted.sign_in(tenant, &risky);
    }
    let query = "signins/risky-sign-ins.kql";
    let what = "a success that Entra rates as of high risk";
    planted.finding(tenant, "risky sign-in", RISKY, "2025-03-12", what, query);
    let what = "a success of low risk";
    planted.finding(tenant, "near miss: low risk", LESS_RISKY, "2025-03-12", what, query);

    for (user, back) in [(WOKEN, on(2, 27, 9, 0)), (AWAKE, on(2, 19, 9, 0))] {
        for at in [on(1, 7, 9, 0), back] {
            planted.sign_in(tenant, &let_in(tenant, rng, (user, UTRECHT), "OfficeHome", at));
        }
    }
    let query = "signins/dormant-accounts.kql";
    let what = "let in after 51 days without a success";
    planted.finding(tenant, "dormant account", WOKEN, "2025-02-27", what, query);
    let what = "let in after 43 days: below the threshold of 45";
    planted.finding(tenant, "near miss: nearly dormant", AWAKE, "2025-02-19", what, query);

    let mut out = let_in(tenant, rng, (ELSEWHERE, UTRECHT), "Azure Portal", on(3, 17, 15, 20));
    out.odd.resource_tenant = Some(rng.guid());
    planted.sign_in(tenant, &out);
    let what = "signs in to the Azure Portal of a tenant where nobody went before";
    let query = "signins/foreign-tenants.kql";
    planted.finding(tenant, "into a foreign tenant", ELSEWHERE, "2025-03-17 15:20", what, query);
}

/// A sign-in of a service or managed identity.
fn service(
    tenant: &Tenant,
    rng: &mut Rng,
    who: (Kind, usize),
    from: (usize, Ip),
    code: u64,
    at: Ticks,
) -> SignIn {
    let mut sign_in = SignIn::at_home(tenant, rng, who.0, who.1, from.0, at);
    (sign_in.ip, sign_in.outcome, sign_in.mfa) = (from.1, outcome(code), false);
    sign_in.app = app("Graph Explorer");
    sign_in
}

/// Sign-ins of what is no person.
pub fn services(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted) {
    let vault = (Kind::ServicePrincipal, 0);
    let stolen = service(tenant, rng, vault, (WARSZAWA, BREAK_GLASS_IP), 0, on(3, 22, 3, 5));
    stolen.tell(tenant, &mut planted.other);
    for (identity, day, refusals) in [(4, 20, 5), (5, 21, 4)] {
        for number in 0..refusals {
            let at = on(3, day, 2, 40) + number * 2 * MINUTE;
            let who = (Kind::ManagedIdentity, identity);
            let from = (UTRECHT, Ip::V6(0xa2e, identity as u16 + 1, 4));
            service(tenant, rng, who, from, 500011, at).tell(tenant, &mut planted.other);
        }
    }
    let night = (SAO_PAULO, Ip::V4([203, 0, 113, 251]));
    let office = (UTRECHT, Ip::V4([198, 51, 100, 230]));
    for (name, secret_at, back_at, from) in [
        (WOKEN_SERVICE, on(3, 4, 16, 10), on(3, 5, 3, 15), night),
        (AWAKE_SERVICE, on(1, 30, 16, 10), on(1, 31, 4, 0), office),
    ] {
        let odd = Odd { principal: Some((name, rng.guid(), rng.guid())), ..Odd::default() };
        for (at, from) in [(on(1, 8, 4, 0), office), (back_at, from)] {
            let mut sign_in = service(tenant, rng, vault, from, 0, at);
            sign_in.odd = odd.clone();
            sign_in.tell(tenant, &mut planted.other);
        }
        secret(tenant, rng, planted, &odd, secret_at);
    }
    let mut found = |title, who: &str, when, what, query| {
        planted.incidents.push(Incident { title, who: who.to_owned(), when, what, query });
    };
    let what = "signs in from 203.0.113.200, minutes after a secret was put on it";
    found("service from a new address", SERVICES[0], "2025-03-22 03:05", what, "workloads/new-addresses.kql");
    let query = "workloads/credentials-then-sign-in.kql";
    let what = "a secret after 55 days without a sign-in, and in the night a sign-in from São Paulo";
    found("dormant application woken", WOKEN_SERVICE, "2025-03-04 to 2025-03-05", what, query);
    let what = "a secret after 22 days without a sign-in: below the threshold of 30";
    found("near miss: not dormant", AWAKE_SERVICE, "2025-01-30 to 2025-01-31", what, query);
    let query = "workloads/managed-identities.kql";
    let what = "5 tokens refused for a resource that does not exist";
    found("managed identity asks in vain", IDENTITIES[4], "2025-03-20 02:40 to 02:48", what, query);
    let what = "4 tokens refused: below the threshold of 5";
    found("near miss: 4 refusals", IDENTITIES[5], "2025-03-21 02:40 to 02:46", what, query);
}

/// A secret is put on a service's application.
fn secret(tenant: &Tenant, rng: &mut Rng, planted: &mut Planted, odd: &Odd, at: Ticks) {
    let Some((name, _, application)) = odd.principal else { return };
    let change = Change {
        at,
        activity: "Update application – Certificates and secrets management ",
        category: "ApplicationManagement",
        operation: "Update",
        actor: (OWNER, Ip::V4([192, 0, 2, 5])),
        correlation: rng.guid(),
    };
    planted.audits.push(at, None, |w| {
        change.write(tenant, w, |w| {
            target(w, "Application", Some(application), Some(name), None, |w| {
                let key = "[KeyIdentifier=5f20,KeyType=Password,KeyUsage=Verify,DisplayName=2025]";
                property(w, "KeyDescription", "[]", key);
            });
        });
    });
}
