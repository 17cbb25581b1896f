//! Microsoft Graph `signIn` → SigninLogs and its three sibling tables (route B2).
//!
//! Trap: the same member is dynamic in SigninLogs and a string in the siblings; the table's own
//! schema says which, so one mapping serves all four.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::ingest::plan::From::{Const, Made, Member};
use crate::ingest::plan::{Map, Place, Plan, Record};
use crate::ingest::tape::{Kind, Tape};
use crate::ingest::worker::Worker;
use crate::lake::ids;

/// The four tables, from `STORED[1]` on: name and category.
const TABLES: [(&str, &str); 4] = [
    ("SigninLogs", "SignInLogs"),
    ("AADNonInteractiveUserSignInLogs", "NonInteractiveUserSignInLogs"),
    ("AADServicePrincipalSignInLogs", "ServicePrincipalSignInLogs"),
    ("AADManagedIdentitySignInLogs", "ManagedIdentitySignInLogs"),
];

const INTERACTIVE: usize = 0;
const NON_INTERACTIVE: usize = 1;
const SERVICE_PRINCIPAL: usize = 2;
const MANAGED_IDENTITY: usize = 3;

/// Columns that a table does not have are passed over.
const SIGN_INS: &[Map] = &[
    ("TimeGenerated", Member("createdDateTime")),
    ("AADTenantId", Member("tenantId")),
    ("Agent", Member("agent")),
    ("AlternateSignInName", Member("alternateSignInName")),
    ("AppDisplayName", Member("appDisplayName")),
    ("AppId", Member("appId")),
    ("AppliedConditionalAccessPolicies", Member("appliedConditionalAccessPolicies")),
    ("AppliedEventListeners", Member("appliedEventListeners")),
    ("AppOwnerTenantId", Member("appOwnerTenantId")),
    ("AuthenticationAppDeviceDetails", Member("authenticationAppDeviceDetails")),
    ("AuthenticationAppPolicyEvaluationDetails", Member("authenticationAppPolicyEvaluationDetails")),
    ("AuthenticationContextClassReferences", Member("authenticationContextClassReferences")),
    ("AuthenticationDetails", Member("authenticationDetails")),
    ("AuthenticationMethodsUsed", Member("authenticationMethodsUsed")),
    ("AuthenticationProcessingDetails", Member("authenticationProcessingDetails")),
    ("AuthenticationProtocol", Member("authenticationProtocol")),
    ("AuthenticationRequirement", Member("authenticationRequirement")),
    ("AuthenticationRequirementPolicies", Member("authenticationRequirementPolicies")),
    ("AuthenticatorAppLocation", Member("authenticatorAppLocation")),
    ("AutonomousSystemNumber", Member("autonomousSystemNumber")),
    ("ClientAppUsed", Member("clientAppUsed")),
    ("ClientCredentialType", Member("clientCredentialType")),
    ("ClientSessionId", Member("clientSessionId")),
    ("ConditionalAccessAudiences", Member("conditionalAccessAudiences")),
    ("ConditionalAccessPolicies", Member("appliedConditionalAccessPolicies")),
    ("ConditionalAccessStatus", Member("conditionalAccessStatus")),
    ("CorrelationId", Member("correlationId")),
    ("CreatedDateTime", Member("createdDateTime")),
    ("CrossTenantAccessType", Member("crossTenantAccessType")),
    ("DeviceDetail", Member("deviceDetail")),
    ("FederatedCredentialId", Member("federatedCredentialId")),
    ("FlaggedForReview", Member("flaggedForReview")),
    ("GlobalSecureAccessIpAddress", Member("globalSecureAccessIpAddress")),
    ("HomeTenantId", Member("homeTenantId")),
    ("HomeTenantName", Member("homeTenantName")),
    ("Id", Member("id")),
    ("Identity", Made(identity)),
    ("IncomingTokenType", Member("incomingTokenType")),
    ("IPAddress", Member("ipAddress")),
    ("IPAddressFromResourceProvider", Member("ipAddressFromResourceProvider")),
    ("IsInteractive", Member("isInteractive")),
    ("IsRisky", Member("isRisky")),
    ("IsTenantRestricted", Member("isTenantRestricted")),
    ("IsThroughGlobalSecureAccess", Member("isThroughGlobalSecureAccess")),
    ("Level", Const("4")),
    ("Location", Member("location.countryOrRegion")),
    ("LocationDetails", Member("location")),
    ("ManagedServiceIdentity", Member("managedServiceIdentity")),
    ("MfaDetail", Member("mfaDetail")),
    ("NetworkLocationDetails", Member("networkLocationDetails")),
    ("OperationName", Const("Sign-in activity")),
    ("OperationVersion", Const("1.0")),
    ("OriginalRequestId", Member("originalRequestId")),
    ("OriginalTransferMethod", Member("originalTransferMethod")),
    ("ProcessingTimeInMilliseconds", Member("processingTimeInMilliseconds")),
    ("ProcessingTimeInMs", Member("processingTimeInMilliseconds")),
    ("Resource", Const("Microsoft.aadiam")),
    ("ResourceDisplayName", Member("resourceDisplayName")),
    ("ResourceGroup", Const("Microsoft.aadiam")),
    ("ResourceIdentity", Member("resourceId")),
    ("ResourceOwnerTenantId", Member("resourceOwnerTenantId")),
    ("ResourceServicePrincipalId", Member("resourceServicePrincipalId")),
    ("ResourceTenantId", Member("resourceTenantId")),
    ("ResultDescription", Made(result_description)),
    ("ResultSignature", Const("None")),
    ("ResultType", Member("status.errorCode")),
    ("RiskDetail", Member("riskDetail")),
    ("RiskEventTypes", Member("riskEventTypes")),
    ("RiskEventTypes_V2", Member("riskEventTypes_v2")),
    ("RiskLevelAggregated", Member("riskLevelAggregated")),
    ("RiskLevelDuringSignIn", Member("riskLevelDuringSignIn")),
    ("RiskState", Member("riskState")),
    ("ServicePrincipalCredentialKeyId", Member("servicePrincipalCredentialKeyId")),
    ("ServicePrincipalCredentialThumbprint", Member("servicePrincipalCredentialThumbprint")),
    ("ServicePrincipalId", Member("servicePrincipalId")),
    ("ServicePrincipalName", Member("servicePrincipalName")),
    ("SessionId", Member("sessionId")),
    ("SessionLifetimePolicies", Member("sessionLifetimePolicies")),
    ("SignInEventTypes", Member("signInEventTypes")),
    ("SignInIdentifier", Member("signInIdentifier")),
    ("SignInIdentifierType", Member("signInIdentifierType")),
    ("SourceAppClientId", Member("sourceAppClientId")),
    ("SourceSystem", Const("Azure AD")),
    ("Status", Member("status")),
    ("TokenIssuerName", Member("tokenIssuerName")),
    ("TokenIssuerType", Member("tokenIssuerType")),
    ("TokenProtectionStatusDetails", Member("tokenProtectionStatusDetails")),
    ("UniqueTokenIdentifier", Member("uniqueTokenIdentifier")),
    ("UserAgent", Member("userAgent")),
    ("UserDisplayName", Member("userDisplayName")),
    ("UserId", Member("userId")),
    ("UserPrincipalName", Member("userPrincipalName")),
    ("UserType", Member("userType")),
];

pub fn sniff(tape: &Tape, root: u32) -> bool {
    let has = |key| tape.member(root, key).is_some();
    has("createdDateTime")
        && (has("appId") || has("appDisplayName") || has("servicePrincipalId"))
        && tape.member(root, "status").is_some_and(|s| tape.member(s, "errorCode").is_some())
}

pub fn read(worker: &mut Worker, tape: &Tape, root: u32, place: Place) {
    read_in(worker, tape, root, place, kind(tape, root), &[]);
}

/// Which of the four tables holds the sign-ins of a category of diagnostic settings.
pub fn of_category(category: &str) -> Option<usize> {
    TABLES.iter().position(|(_, name)| *name == category)
}

/// Reads a record whose envelope knows the table and more.
pub fn read_in(
    worker: &mut Worker,
    tape: &Tape,
    root: u32,
    place: Place,
    table: usize,
    envelope: &[(&'static str, &str)],
) {
    let id = worker.identity(ids::SIGN_IN, "id", tape, root);
    worker.row(&plans()[table], &Record { tape, root, place: &place, id, envelope });
}

/// The plans of the four tables.
pub fn plans() -> &'static [Plan] {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let plan = |(at, (table, category)): (usize, &(&'static str, &'static str))| {
            let own = [("Type", Const(table)), ("Category", Const(category))];
            let maps: Vec<Map> = SIGN_INS.iter().copied().chain(own).collect();
            Plan::new(at + 1, &maps)
        };
        TABLES.iter().enumerate().map(plan).collect()
    })
}

/// Which of the four tables a sign-in belongs to.
fn kind(tape: &Tape, root: u32) -> usize {
    let types = tape.member(root, "signInEventTypes").map_or("", |list| tape.text(list));
    let names = [
        ("\"managedIdentity\"", MANAGED_IDENTITY),
        ("\"servicePrincipal\"", SERVICE_PRINCIPAL),
        ("\"nonInteractiveUser\"", NON_INTERACTIVE),
        ("\"interactiveUser\"", INTERACTIVE),
    ];
    if let Some((_, kind)) = names.iter().find(|(name, _)| types.contains(name)) {
        return *kind;
    }
    let managed = tape.member(root, "managedServiceIdentity");
    let managed = managed.and_then(|m| tape.member_text(m, "msiType")).is_some_and(|t| t != "none");
    if managed {
        MANAGED_IDENTITY
    } else if tape.member_text(root, "servicePrincipalId").is_some()
        && tape.member_text(root, "userId").is_none()
    {
        SERVICE_PRINCIPAL
    } else if tape.member(root, "isInteractive").is_some_and(|b| tape.text(b) == "false") {
        NON_INTERACTIVE
    } else {
        INTERACTIVE
    }
}

fn identity(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    tape.member_text(root, "userDisplayName").or_else(|| tape.member_text(root, "servicePrincipalName"))
}

/// The reason of a failure; a success says `Other.`, which Sentinel leaves empty.
fn result_description(tape: &Tape, root: u32) -> Option<Cow<'_, str>> {
    let status = tape.member(root, "status").filter(|s| tape.kind(*s) == Kind::Object)?;
    tape.member_text(status, "failureReason").filter(|reason| reason != "Other.")
}
