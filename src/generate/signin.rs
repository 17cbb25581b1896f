//! Sign-ins of the four kinds, in the beta shape of Graph's `signIn`.
//!
//! A `SignIn` is drawn first, then written, so that the unified audit log can tell of the same logons. The
//! kinds are told apart by `signInEventTypes`; a service principal's or managed identity's record has an
//! empty `userId`, as the real ones do, not an absent one.

use super::chunk::Chunk;
use super::names::{APPS, App, DEVICES, Device, IDENTITIES, OUTCOMES, PLACES, SERVICES, TENANT};
use super::rng::{Rng, Skew};
use super::tenant::{Tenant, hostile};
use super::write::{Guid, Ip, Ticks, Writer, push_guid};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Interactive,
    NonInteractive,
    ServicePrincipal,
    ManagedIdentity,
}

#[derive(Clone)]
pub struct SignIn {
    pub kind: Kind,
    pub id: Guid,
    pub correlation: Guid,
    pub at: Ticks,
    /// A user, a service principal or a managed identity, by kind.
    pub subject: usize,
    pub app: usize,
    pub ip: Ip,
    pub place: usize,
    /// An index of `OUTCOMES`.
    pub outcome: usize,
    pub device: usize,
    pub mfa: bool,
    pub processing: u64,
    pub session: Guid,
    pub odd: Odd,
}

/// What only the sign-ins of an incident have; the background has none of it.
#[derive(Clone, Default)]
pub struct Odd {
    /// Another application than those of `APPS`.
    pub app: Option<&'static App>,
    /// Another user agent than the device's.
    pub agent: Option<&'static str>,
    pub protocol: Option<&'static str>,
    /// Level, state and detection of a risk.
    pub risk: Option<(&'static str, &'static str, &'static str)>,
    /// The tenant that was signed in to.
    pub resource_tenant: Option<Guid>,
    /// Name, service principal and application of a service that is not of `SERVICES`.
    pub principal: Option<(&'static str, Guid, Guid)>,
    /// No policy applied.
    pub uncovered: bool,
    /// The policy against legacy authentication stopped it.
    pub blocked: bool,
}

/// The index of a result code among `OUTCOMES`.
pub fn outcome(code: u64) -> usize {
    OUTCOMES.iter().position(|outcome| outcome.code == code).unwrap_or(0)
}

/// The index of an application among `APPS`, by name.
pub fn app(name: &str) -> usize {
    APPS.iter().position(|app| app.name == name).unwrap_or(0)
}

const REQUIRE_MFA: Guid = Guid::random(0x5b7b8c1e_5d0a_4c55_9d67_0f4f5f0a1a01);
pub const BLOCK_LEGACY: Guid = Guid::random(0x5b7b8c1e_5d0a_4c55_9d67_0f4f5f0a1a02);

pub struct SignIns {
    outcomes: Skew,
}

impl SignIns {
    pub fn new() -> Self {
        SignIns { outcomes: Skew::weighted(OUTCOMES.iter().map(|outcome| outcome.weight)) }
    }

    pub fn interactive(&self, tenant: &Tenant, rng: &mut Rng, at: Ticks) -> SignIn {
        let (user, place) = tenant.somebody(rng, at);
        let mut sign_in = SignIn::at_home(tenant, rng, Kind::Interactive, user, place, at);
        sign_in.outcome = self.outcomes.rank(rng);
        if rng.chance(1.2) {
            (sign_in.place, sign_in.ip) = hostile(rng);
            sign_in.device = DEVICES.len() - 1;
            sign_in.outcome = outcome(if rng.chance(80.0) { 50126 } else { 50053 });
        }
        sign_in
    }

    /// One of the other three kinds.
    pub fn other(&self, tenant: &Tenant, rng: &mut Rng, at: Ticks) -> SignIn {
        let drawn = rng.below(100);
        if drawn < 68 {
            let (user, place) = tenant.somebody(rng, at);
            let mut sign_in = SignIn::at_home(tenant, rng, Kind::NonInteractive, user, place, at);
            if rng.chance(1.5) {
                sign_in.outcome = outcome(if rng.chance(5.0) { 50074 } else { 50076 });
            }
            return sign_in;
        }
        let kind = if drawn < 88 { Kind::ServicePrincipal } else { Kind::ManagedIdentity };
        let mut sign_in = SignIn::at_home(tenant, rng, kind, 0, 0, at);
        if kind == Kind::ServicePrincipal {
            sign_in.subject = tenant.service.rank(rng);
            sign_in.ip = Ip::V4([198, 51, 100, 200 + sign_in.subject as u8]);
        } else {
            sign_in.subject = rng.index(IDENTITIES.len());
            sign_in.ip = Ip::V6(0xa2e, sign_in.subject as u16 + 1, 4);
        }
        sign_in
    }
}

impl Default for SignIns {
    fn default() -> Self {
        SignIns::new()
    }
}

impl SignIn {
    /// A successful sign-in of someone from where they are.
    pub fn at_home(tenant: &Tenant, rng: &mut Rng, kind: Kind, user: usize, place: usize, at: Ticks) -> Self {
        let person = &tenant.users[user];
        SignIn {
            kind,
            id: rng.guid(),
            correlation: rng.guid(),
            at,
            subject: user,
            app: tenant.apps.rank(rng),
            ip: tenant.ip(rng, user, place),
            place,
            outcome: 0,
            device: if rng.chance(25.0) { person.phone } else { person.device },
            mfa: rng.chance(70.0),
            processing: rng.between(40, 900),
            session: rng.guid(),
            odd: Odd::default(),
        }
    }

    pub fn app(&self) -> &'static App {
        self.odd.app.unwrap_or(&APPS[self.app])
    }

    pub fn device(&self) -> &'static Device {
        &DEVICES[self.device]
    }

    pub fn agent(&self) -> &'static str {
        self.odd.agent.unwrap_or(self.device().agent)
    }

    fn is_person(&self) -> bool {
        matches!(self.kind, Kind::Interactive | Kind::NonInteractive)
    }

    pub fn tell(&self, tenant: &Tenant, chunk: &mut Chunk) {
        chunk.push(self.at, None, |w| {
            w.guid("id", self.id);
            w.time("createdDateTime", self.at, 0);
            self.who(tenant, w);
            w.ip("ipAddress", self.ip);
            w.guid("correlationId", self.correlation);
            w.text("conditionalAccessStatus", self.conditional_access());
            w.flag("isInteractive", self.kind == Kind::Interactive);
            w.text("tokenIssuerType", "AzureAD");
            w.int("processingTimeInMilliseconds", self.processing);
            let (level, state, detection) = self.odd.risk.unwrap_or(("none", "none", ""));
            w.text("riskDetail", "none");
            w.text("riskLevelAggregated", level);
            w.text("riskLevelDuringSignIn", level);
            w.text("riskState", state);
            let detections =
                if detection.is_empty() { "[]".to_owned() } else { format!("[\"{detection}\"]") };
            w.raw("riskEventTypes_v2", &detections);
            self.protocol(tenant, w);
            self.result(w);
            self.context(w);
            if self.is_person() {
                self.authentication(w);
            } else {
                w.array("authenticationDetails", |_| {});
                w.array("authenticationRequirementPolicies", |_| {});
                w.array("appliedConditionalAccessPolicies", |_| {});
            }
            if !self.is_person() {
                self.managed_identity(tenant, w);
            }
        });
    }

    fn who(&self, tenant: &Tenant, w: &mut Writer) {
        let (service_name, ids) = match (self.kind, self.odd.principal) {
            (_, Some((name, principal, application))) => (name, Some((principal, application))),
            (Kind::ServicePrincipal, None) => (SERVICES[self.subject], Some(tenant.services[self.subject])),
            (Kind::ManagedIdentity, None) => {
                (IDENTITIES[self.subject], Some(tenant.identities[self.subject]))
            }
            _ => ("", None),
        };
        match ids {
            None => {
                let user = &tenant.users[self.subject];
                w.text("userDisplayName", &user.name);
                w.text("userPrincipalName", &user.upn);
                w.guid("userId", user.id);
                w.text("appId", self.app().id);
                w.text("appDisplayName", self.app().name);
                w.text("servicePrincipalId", "");
                w.null("servicePrincipalName");
                w.text("userType", "member");
                w.text("signInIdentifier", &user.upn);
            }
            Some((principal, application)) => {
                w.null("userDisplayName");
                w.null("userPrincipalName");
                w.text("userId", "");
                w.guid("appId", application);
                w.text("appDisplayName", service_name);
                w.guid("servicePrincipalId", principal);
                w.text("servicePrincipalName", service_name);
                w.null("userType");
            }
        }
        let event = match self.kind {
            Kind::Interactive => "[\"interactiveUser\"]",
            Kind::NonInteractive => "[\"nonInteractiveUser\"]",
            Kind::ServicePrincipal => "[\"servicePrincipal\"]",
            Kind::ManagedIdentity => "[\"managedIdentity\"]",
        };
        w.raw("signInEventTypes", event);
        if self.kind == Kind::ServicePrincipal {
            let key =
                self.odd.principal.map_or(tenant.services[self.subject].1, |(_, _, application)| application);
            w.guid("servicePrincipalCredentialKeyId", key);
        }
    }

    fn conditional_access(&self) -> &'static str {
        match OUTCOMES[self.outcome].code {
            _ if self.odd.uncovered => "notApplied",
            0 if self.is_person() => "success",
            53003 | 50074 | 50076 => "failure",
            _ => "notApplied",
        }
    }

    fn protocol(&self, tenant: &Tenant, w: &mut Writer) {
        let person = self.is_person();
        w.text("resourceDisplayName", self.app().resource);
        w.text("resourceId", self.app().resource_id);
        w.guid("resourceTenantId", self.odd.resource_tenant.unwrap_or(tenant.id));
        w.guid("homeTenantId", tenant.id);
        w.text("homeTenantName", TENANT);
        w.text(
            "crossTenantAccessType",
            if self.odd.resource_tenant.is_some() { "b2bCollaboration" } else { "none" },
        );
        w.text("clientCredentialType", if person { "none" } else { "certificate" });
        w.text("authenticationProtocol", self.odd.protocol.unwrap_or("none"));
        w.text("incomingTokenType", if self.kind == Kind::NonInteractive { "refreshToken" } else { "none" });
        w.text_with("uniqueTokenIdentifier", |out| {
            // 22 characters of the URL-safe alphabet: as good as base64 of the id, without encoding it.
            let start = out.len();
            push_guid(out, self.id);
            out.truncate(start + 22);
        });
        if person {
            w.text("clientAppUsed", if self.device == 5 { "Other clients" } else { self.app().client });
            w.text("userAgent", self.agent());
            w.guid("sessionId", self.session);
        }
        w.int("autonomousSystemNumber", PLACES[self.place].network);
        w.text(
            "authenticationRequirement",
            if self.mfa && person { "multiFactorAuthentication" } else { "singleFactorAuthentication" },
        );
    }

    fn result(&self, w: &mut Writer) {
        let outcome = &OUTCOMES[self.outcome];
        w.object("status", |w| {
            w.int("errorCode", outcome.code);
            w.text("failureReason", outcome.reason);
            if outcome.code == 0 && self.mfa && self.is_person() {
                w.text("additionalDetails", "MFA requirement satisfied by claim in the token");
            } else {
                w.null("additionalDetails");
            }
        });
    }

    fn context(&self, w: &mut Writer) {
        let (device, place) = (self.device(), &PLACES[self.place]);
        w.object("deviceDetail", |w| {
            let managed = self.is_person() && device.trust.contains("joined");
            w.text_with("deviceId", |out| {
                if managed {
                    push_guid(out, self.session)
                }
            });
            w.text("displayName", if managed { "LT-4471" } else { "" });
            w.text("operatingSystem", if self.is_person() { device.system } else { "" });
            w.text("browser", if self.is_person() { device.browser } else { "" });
            w.flag("isCompliant", managed);
            w.flag("isManaged", managed);
            w.text("trustType", if self.is_person() { device.trust } else { "" });
        });
        w.object("location", |w| {
            w.text("city", place.city);
            w.text("state", place.state);
            w.text("countryOrRegion", place.country);
            w.object("geoCoordinates", |w| {
                w.null("altitude");
                real(w, "latitude", place.latitude);
                real(w, "longitude", place.longitude);
            });
        });
        w.null("mfaDetail");
        w.array("networkLocationDetails", |w| {
            if matches!(self.ip, Ip::V4([192, 0, 2, _])) {
                w.item(|w| {
                    w.text("networkType", "trustedNamedLocation");
                    w.raw("networkNames", "[\"Head office\"]");
                });
            }
        });
    }

    fn authentication(&self, w: &mut Writer) {
        let code = OUTCOMES[self.outcome].code;
        w.array("authenticationDetails", |w| {
            w.item(|w| {
                w.time("authenticationStepDateTime", self.at, 0);
                w.text("authenticationMethod", if self.mfa { "Previously satisfied" } else { "Password" });
                w.null("authenticationMethodDetail");
                w.flag("succeeded", code != 50126);
                let step = if code == 50126 {
                    "Incorrect password"
                } else {
                    "First factor requirement satisfied by claim in the token"
                };
                w.text("authenticationStepResultDetail", step);
                w.text("authenticationStepRequirement", "Primary authentication");
            });
        });
        w.array("authenticationRequirementPolicies", |w| {
            if self.mfa {
                w.item(|w| {
                    w.text("requirementProvider", "multiConditionalAccess");
                    w.text("detail", "Conditional Access");
                });
            }
        });
        w.array("appliedConditionalAccessPolicies", |w| {
            let status = self.conditional_access();
            let (first, second) =
                if self.odd.blocked { ("notApplied", status) } else { (status, "notApplied") };
            policy(w, REQUIRE_MFA, "Require MFA for admins", "Mfa", first);
            policy(w, BLOCK_LEGACY, "Block legacy authentication", "Block", second);
        });
    }

    fn managed_identity(&self, tenant: &Tenant, w: &mut Writer) {
        w.object("managedServiceIdentity", |w| {
            if self.kind != Kind::ManagedIdentity {
                w.text("msiType", "none");
                w.null("associatedResourceId");
                w.null("federatedTokenId");
                return;
            }
            w.text("msiType", "systemAssigned");
            w.text_with("associatedResourceId", |out| {
                out.extend_from_slice(b"/subscriptions/");
                push_guid(out, tenant.id);
                out.extend_from_slice(
                    b"/resourcegroups/rg-shared/providers/Microsoft.Compute/virtualMachines/",
                );
                out.extend_from_slice(IDENTITIES[self.subject].as_bytes());
            });
            w.text("federatedTokenId", "");
        });
    }
}

fn policy(w: &mut Writer, id: Guid, name: &str, control: &str, result: &str) {
    w.item(|w| {
        w.guid("id", id);
        w.text("displayName", name);
        w.array("enforcedGrantControls", |w| {
            w.out.push(b'"');
            w.out.extend_from_slice(control.as_bytes());
            w.out.push(b'"');
        });
        w.array("enforcedSessionControls", |_| {});
        w.text("result", result);
    });
}

fn real(w: &mut Writer, key: &str, value: f64) {
    w.raw(key, &value.to_string());
}
