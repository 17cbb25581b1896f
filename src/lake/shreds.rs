//! Shredded paths: scalars inside JSON columns that are also stored as typed columns, named by
//! their path (`InitiatedBy.user.userPrincipalName`).
//!
//! A path with `[*]` is stored for each element of an array, all in one text, so that `mv-expand` and `mv-apply` need
//! not cut the JSON: `END_OF_ELEMENT` after each element, `END_OF_LIST` after each list in a list, and `EMPTY` in an
//! array that has none. No array is no text.
//!
//! Trap: a shred answers for its path only in a part whose manifest entry says `exact`; in all
//! others the JSON must be read. A string shred is never null: missing is `""`.

use crate::types::Type::{self, Bool, Long, Real, String};

/// The paths of one JSON column, in the tables that have it.
pub struct Shreds {
    pub tables: &'static [&'static str],
    pub column: &'static str,
    /// What follows the column's name.
    pub paths: &'static [(&'static str, Type)],
}

/// What stands after each element of a list. An element that holds one of these three is not stored exactly.
pub const END_OF_ELEMENT: char = '\u{1f}';
/// What stands after each list of a list of lists.
pub const END_OF_LIST: char = '\u{1e}';
/// The text of an array without elements.
pub const EMPTY: &str = "\u{1d}";

const SIGN_INS: &[&str] = &["SigninLogs", "AADNonInteractiveUserSignInLogs"];
const ALL_SIGN_INS: &[&str] = &[
    "SigninLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs",
];

/// Which paths are stored. A path added here is in the parts written from then on.
pub const SHREDS: &[Shreds] = &[
    Shreds {
        tables: &["AuditLogs"],
        column: "InitiatedBy",
        paths: &[
            (".user.userPrincipalName", String),
            (".user.id", String),
            (".user.displayName", String),
            (".user.ipAddress", String),
            (".app.displayName", String),
            (".app.servicePrincipalId", String),
            (".app.appId", String),
        ],
    },
    Shreds {
        tables: &["AuditLogs"],
        column: "TargetResources",
        paths: &[
            ("[*].displayName", String),
            ("[*].type", String),
            ("[*].id", String),
            ("[*].userPrincipalName", String),
            ("[*].modifiedProperties[*].displayName", String),
            ("[*].modifiedProperties[*].newValue", String),
        ],
    },
    Shreds {
        tables: &["AuditLogs"],
        column: "AdditionalDetails",
        paths: &[("[*].key", String), ("[*].value", String)],
    },
    Shreds {
        tables: SIGN_INS,
        column: "Status",
        paths: &[(".errorCode", Long), (".failureReason", String), (".additionalDetails", String)],
    },
    Shreds {
        tables: ALL_SIGN_INS,
        column: "LocationDetails",
        paths: &[
            (".city", String),
            (".state", String),
            (".countryOrRegion", String),
            (".geoCoordinates.latitude", Real),
            (".geoCoordinates.longitude", Real),
        ],
    },
    Shreds {
        tables: SIGN_INS,
        column: "DeviceDetail",
        paths: &[
            (".deviceId", String),
            (".displayName", String),
            (".operatingSystem", String),
            (".browser", String),
            (".trustType", String),
            (".isCompliant", Bool),
            (".isManaged", Bool),
        ],
    },
    Shreds {
        tables: SIGN_INS,
        column: "MfaDetail",
        paths: &[(".authMethod", String), (".authDetail", String)],
    },
    Shreds { tables: &["UnifiedAuditLog"], column: "AuditData", paths: AUDIT_DATA },
];

/// Scalar members of AuditData that OfficeActivity and published queries read.
const AUDIT_DATA: &[(&str, Type)] = &[
    (".AADGroupId", String),
    (".ActorContextId", String),
    (".AddOnGuid", String),
    (".AddOnName", String),
    (".AddOnType", String),
    (".AppDistributionMode", String),
    (".AppId", String),
    (".AppPoolName", String),
    (".Application", String),
    (".ApplicationDisplayName", String),
    (".ApplicationId", String),
    (".AzureADAppId", String),
    (".AzureActiveDirectoryEventType", Long),
    (".ChannelGuid", String),
    (".ChannelName", String),
    (".ChannelType", String),
    (".ChatName", String),
    (".ChatThreadId", String),
    (".Client", String),
    (".ClientAppId", String),
    (".ClientIPAddress", String),
    (".ClientInfoString", String),
    (".ClientMachineName", String),
    (".ClientProcessName", String),
    (".ClientRequestId", String),
    (".ClientVersion", String),
    (".CommunicationType", String),
    (".CrossMailboxOperation", Bool),
    (".CrossMailboxOperations", Bool),
    (".CustomEvent", String),
    (".DestMailboxId", String),
    (".DestMailboxOwnerMasterAccountSid", String),
    (".DestMailboxOwnerSid", String),
    (".DestMailboxOwnerUPN", String),
    (".DestinationFileExtension", String),
    (".DestinationFileName", String),
    (".DestinationRelativeUrl", String),
    (".DeviceDisplayName", String),
    (".EffectiveOrganization", String),
    (".ErrorNumber", String),
    (".EventData", String),
    (".EventSource", String),
    (".ExternalAccess", Bool),
    (".InternalLogonType", Long),
    (".InterSystemsId", String),
    (".IntraSystemId", String),
    (".IsManagedDevice", Bool),
    (".ItemName", String),
    (".ItemType", String),
    (".ListId", String),
    (".ListItemUniqueId", String),
    (".LogonError", String),
    (".LogonType", Long),
    (".LogonUserDisplayName", String),
    (".LogonUserSid", String),
    (".MachineDomainInfo", String),
    (".MachineId", String),
    (".MailboxGuid", String),
    (".MailboxOwnerMasterAccountSid", String),
    (".MailboxOwnerSid", String),
    (".MailboxOwnerUPN", String),
    (".MessageId", String),
    (".NewValue", String),
    (".OldValue", String),
    (".OperationCount", Long),
    (".OrganizationName", String),
    (".OriginatingServer", String),
    (".SendAsUserMailboxGuid", String),
    (".SendAsUserSmtp", String),
    (".SendOnBehalfOfUserMailboxGuid", String),
    (".SendOnBehalfOfUserSmtp", String),
    (".SensitivityLabelId", String),
    (".SharingType", String),
    (".Site", String),
    (".SiteUrl", String),
    (".SourceFileExtension", String),
    (".SourceFileName", String),
    (".SourceName", String),
    (".SourceRelativeUrl", String),
    (".StartTime", String),
    (".SupportTicketId", String),
    (".TabType", String),
    (".TargetContextId", String),
    (".TargetUserId", String),
    (".TargetUserOrGroupName", String),
    (".TargetUserOrGroupType", String),
    (".TeamGuid", String),
    (".TeamName", String),
    (".UniqueSharingId", String),
    (".UserSharedWith", String),
    (".UserType", Long),
    (".WebId", String),
];

/// The shreds of a table: full path (which is the name of the stored column) and type.
pub fn shreds(table: &str) -> Vec<(std::string::String, Type)> {
    let of_table = SHREDS.iter().filter(|s| s.tables.contains(&table));
    of_table.flat_map(|s| s.paths.iter().map(|(path, ty)| (format!("{}{path}", s.column), *ty))).collect()
}
