//! OfficeActivity, a view over UnifiedAuditLog: which of its columns or which member of AuditData
//! each column is. Sentinel fills the table from four workloads only.
//!
//! Traps: events are stored once, as UnifiedAuditLog; a union over all tables counts one of the two.
//! Arrays and objects in string columns are compact JSON text.

use crate::types::Type::{self, Bool, Datetime, Dynamic, Int, String};

/// A column of the view.
#[derive(Clone, Copy, Debug)]
pub struct ViewColumn {
    pub name: &'static str,
    pub ty: Type,
    pub from: From,
}

/// Where a column of the view comes from.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// A column of UnifiedAuditLog.
    Column(&'static str),
    /// A scalar member of AuditData, converted to the column's type.
    Path(&'static str),
    /// A member of AuditData: arrays and objects as compact JSON, scalars as their text.
    Json(&'static str),
    /// An integer member of AuditData, as its name; an integer without a name as its digits.
    Enum(&'static str, &'static [(i64, &'static str)]),
    /// A datetime member of AuditData, else that column of UnifiedAuditLog.
    Time(&'static str, &'static str),
    /// A scalar member that has two names: the first that is present.
    Either(&'static str, &'static str),
    /// The same text in every row.
    Const(&'static str),
    /// What follows the `@` of UserId.
    UserDomain,
}

use self::From::{Column, Const, Either, Enum, Json, Path, Time, UserDomain};

/// The workloads whose events Sentinel's connector puts into OfficeActivity.
pub const WORKLOADS: &[&str] = &["Exchange", "SharePoint", "OneDrive", "MicrosoftTeams"];

pub const USER_TYPES: &[(i64, &str)] = &[
    (0, "Regular"),
    (1, "Reserved"),
    (2, "Admin"),
    (3, "DcAdmin"),
    (4, "System"),
    (5, "Application"),
    (6, "ServicePrincipal"),
    (7, "CustomPolicy"),
    (8, "SystemPolicy"),
    (9, "PartnerTechnician"),
    (10, "Guest"),
];

pub const LOGON_TYPES: &[(i64, &str)] = &[
    (0, "Owner"),
    (1, "Admin"),
    (2, "Delegated"),
    (3, "Transport"),
    (4, "SystemService"),
    (5, "BestAccess"),
    (6, "DelegatedAdmin"),
];

/// The visible columns, in order.
pub const OFFICE_ACTIVITY: &[ViewColumn] = &[
    ViewColumn { name: "TimeGenerated", ty: Datetime, from: Column("TimeGenerated") },
    ViewColumn { name: "AADGroupId", ty: String, from: Path("AADGroupId") },
    ViewColumn { name: "AADTarget", ty: String, from: Json("Target") },
    ViewColumn { name: "Activity", ty: String, from: Path("Activity") },
    ViewColumn { name: "Actor", ty: String, from: Json("Actor") },
    ViewColumn { name: "ActorContextId", ty: String, from: Path("ActorContextId") },
    ViewColumn { name: "ActorIpAddress", ty: String, from: Column("ActorIpAddress") },
    ViewColumn { name: "AddOnGuid", ty: String, from: Path("AddOnGuid") },
    ViewColumn { name: "AddonName", ty: String, from: Path("AddOnName") },
    ViewColumn { name: "AddOnType", ty: String, from: Path("AddOnType") },
    ViewColumn { name: "AffectedItems", ty: String, from: Json("AffectedItems") },
    ViewColumn { name: "AppAccessContext", ty: Dynamic, from: Json("AppAccessContext") },
    ViewColumn { name: "AppDistributionMode", ty: String, from: Path("AppDistributionMode") },
    ViewColumn { name: "AppId", ty: String, from: Path("AppId") },
    ViewColumn { name: "Application", ty: String, from: Path("Application") },
    ViewColumn { name: "ApplicationId", ty: String, from: Path("ApplicationId") },
    ViewColumn { name: "AppPoolName", ty: String, from: Path("AppPoolName") },
    ViewColumn { name: "ArtifactsShared", ty: Dynamic, from: Json("ArtifactsShared") },
    ViewColumn { name: "Attendees", ty: Dynamic, from: Json("Attendees") },
    ViewColumn {
        name: "AzureActiveDirectory_EventType",
        ty: String,
        from: Path("AzureActiveDirectoryEventType"),
    },
    ViewColumn { name: "AzureADAppId", ty: String, from: Path("AzureADAppId") },
    ViewColumn { name: "ChannelGuid", ty: String, from: Path("ChannelGuid") },
    ViewColumn { name: "ChannelName", ty: String, from: Path("ChannelName") },
    ViewColumn { name: "ChannelType", ty: String, from: Path("ChannelType") },
    ViewColumn { name: "ChatName", ty: String, from: Path("ChatName") },
    ViewColumn { name: "ChatThreadId", ty: String, from: Path("ChatThreadId") },
    ViewColumn { name: "Client", ty: String, from: Path("Client") },
    ViewColumn { name: "Client_IPAddress", ty: String, from: Path("ClientIPAddress") },
    ViewColumn { name: "ClientAppId", ty: String, from: Path("ClientAppId") },
    ViewColumn { name: "ClientInfoString", ty: String, from: Path("ClientInfoString") },
    ViewColumn { name: "ClientIP", ty: String, from: Column("ClientIP") },
    ViewColumn { name: "ClientMachineName", ty: String, from: Path("ClientMachineName") },
    ViewColumn { name: "ClientProcessName", ty: String, from: Path("ClientProcessName") },
    ViewColumn { name: "ClientVersion", ty: String, from: Path("ClientVersion") },
    ViewColumn { name: "CommunicationType", ty: String, from: Path("CommunicationType") },
    ViewColumn {
        name: "CrossMailboxOperations",
        ty: Bool,
        from: Either("CrossMailboxOperations", "CrossMailboxOperation"),
    },
    ViewColumn { name: "CustomEvent", ty: String, from: Path("CustomEvent") },
    ViewColumn { name: "DataCenterSecurityEventType", ty: Int, from: Path("DataCenterSecurityEventType") },
    ViewColumn { name: "DestFolder", ty: String, from: Json("DestFolder") },
    ViewColumn { name: "DestinationFileExtension", ty: String, from: Path("DestinationFileExtension") },
    ViewColumn { name: "DestinationFileName", ty: String, from: Path("DestinationFileName") },
    ViewColumn { name: "DestinationRelativeUrl", ty: String, from: Path("DestinationRelativeUrl") },
    ViewColumn { name: "DestMailboxId", ty: String, from: Path("DestMailboxId") },
    ViewColumn {
        name: "DestMailboxOwnerMasterAccountSid",
        ty: String,
        from: Path("DestMailboxOwnerMasterAccountSid"),
    },
    ViewColumn { name: "DestMailboxOwnerSid", ty: String, from: Path("DestMailboxOwnerSid") },
    ViewColumn { name: "DestMailboxOwnerUPN", ty: String, from: Path("DestMailboxOwnerUPN") },
    ViewColumn { name: "DeviceInformation", ty: String, from: Json("DeviceInformation") },
    ViewColumn { name: "EffectiveOrganization", ty: String, from: Path("EffectiveOrganization") },
    ViewColumn { name: "ElevationApprovedTime", ty: Datetime, from: Path("ElevationApprovedTime") },
    ViewColumn { name: "ElevationApprover", ty: String, from: Path("ElevationApprover") },
    ViewColumn { name: "ElevationDuration", ty: Int, from: Path("ElevationDuration") },
    ViewColumn { name: "ElevationRequestId", ty: String, from: Path("ElevationRequestId") },
    ViewColumn { name: "ElevationRole", ty: String, from: Path("ElevationRole") },
    ViewColumn { name: "ElevationTime", ty: Datetime, from: Column("TimeGenerated") },
    ViewColumn { name: "Event_Data", ty: String, from: Path("EventData") },
    ViewColumn { name: "EventSource", ty: String, from: Path("EventSource") },
    ViewColumn { name: "ExtendedProperties", ty: String, from: Json("ExtendedProperties") },
    ViewColumn { name: "ExternalAccess", ty: String, from: Path("ExternalAccess") },
    ViewColumn { name: "ExtraProperties", ty: Dynamic, from: Json("ExtraProperties") },
    ViewColumn { name: "Folder", ty: String, from: Json("Folder") },
    ViewColumn { name: "Folders", ty: String, from: Json("Folders") },
    ViewColumn { name: "GenericInfo", ty: String, from: Path("GenericInfo") },
    ViewColumn { name: "InternalLogonType", ty: Int, from: Path("InternalLogonType") },
    ViewColumn { name: "InterSystemsId", ty: String, from: Path("InterSystemsId") },
    ViewColumn { name: "IntraSystemId", ty: String, from: Path("IntraSystemId") },
    ViewColumn { name: "IsJoinedFromLobby", ty: Bool, from: Path("IsJoinedFromLobby") },
    ViewColumn { name: "IsManagedDevice", ty: Bool, from: Path("IsManagedDevice") },
    ViewColumn { name: "Item", ty: String, from: Json("Item") },
    ViewColumn { name: "ItemName", ty: String, from: Path("ItemName") },
    ViewColumn { name: "ItemType", ty: String, from: Path("ItemType") },
    ViewColumn { name: "JoinTime", ty: Datetime, from: Path("JoinTime") },
    ViewColumn { name: "LeaveTime", ty: Datetime, from: Path("LeaveTime") },
    ViewColumn { name: "ListItemUniqueId", ty: String, from: Path("ListItemUniqueId") },
    ViewColumn { name: "LoginStatus", ty: Int, from: Path("LoginStatus") },
    ViewColumn { name: "Logon_Type", ty: String, from: Enum("LogonType", LOGON_TYPES) },
    ViewColumn { name: "LogonUserDisplayName", ty: String, from: Path("LogonUserDisplayName") },
    ViewColumn { name: "LogonUserSid", ty: String, from: Path("LogonUserSid") },
    ViewColumn { name: "MachineDomainInfo", ty: String, from: Path("MachineDomainInfo") },
    ViewColumn { name: "MachineId", ty: String, from: Path("MachineId") },
    ViewColumn { name: "MailboxGuid", ty: String, from: Path("MailboxGuid") },
    ViewColumn {
        name: "MailboxOwnerMasterAccountSid",
        ty: String,
        from: Path("MailboxOwnerMasterAccountSid"),
    },
    ViewColumn { name: "MailboxOwnerSid", ty: String, from: Path("MailboxOwnerSid") },
    ViewColumn { name: "MailboxOwnerUPN", ty: String, from: Path("MailboxOwnerUPN") },
    ViewColumn { name: "MeetingDetailId", ty: String, from: Path("MeetingDetailId") },
    ViewColumn { name: "Members", ty: Dynamic, from: Json("Members") },
    ViewColumn { name: "MessageId", ty: String, from: Path("MessageId") },
    ViewColumn { name: "ModifiedObjectResolvedName", ty: String, from: Path("ModifiedObjectResolvedName") },
    ViewColumn { name: "ModifiedProperties", ty: String, from: Json("ModifiedProperties") },
    ViewColumn { name: "NewValue", ty: String, from: Path("NewValue") },
    ViewColumn { name: "OfficeId", ty: String, from: Column("Id") },
    ViewColumn { name: "OfficeObjectId", ty: String, from: Column("ObjectId") },
    ViewColumn { name: "OfficeTenantId", ty: String, from: Column("OrganizationId") },
    ViewColumn { name: "OfficeWorkload", ty: String, from: Column("Workload") },
    ViewColumn { name: "OldValue", ty: String, from: Path("OldValue") },
    ViewColumn { name: "Operation", ty: String, from: Column("Operation") },
    ViewColumn { name: "OperationProperties", ty: Dynamic, from: Json("OperationProperties") },
    ViewColumn { name: "OperationScope", ty: String, from: Path("OperationScope") },
    ViewColumn { name: "OrganizationId", ty: String, from: Column("OrganizationId") },
    ViewColumn { name: "OrganizationName", ty: String, from: Path("OrganizationName") },
    ViewColumn { name: "OriginatingServer", ty: String, from: Path("OriginatingServer") },
    ViewColumn { name: "Parameters", ty: String, from: Json("Parameters") },
    ViewColumn { name: "RecordType", ty: String, from: Column("RecordTypeName") },
    ViewColumn { name: "ResultReasonType", ty: String, from: Path("ResultReasonType") },
    ViewColumn { name: "ResultStatus", ty: String, from: Column("ResultStatus") },
    ViewColumn { name: "SendAsUserMailboxGuid", ty: String, from: Path("SendAsUserMailboxGuid") },
    ViewColumn { name: "SendAsUserSmtp", ty: String, from: Path("SendAsUserSmtp") },
    ViewColumn {
        name: "SendonBehalfOfUserMailboxGuid",
        ty: String,
        from: Path("SendOnBehalfOfUserMailboxGuid"),
    },
    ViewColumn { name: "SendOnBehalfOfUserSmtp", ty: String, from: Path("SendOnBehalfOfUserSmtp") },
    ViewColumn { name: "SensitivityLabelId", ty: String, from: Path("SensitivityLabelId") },
    ViewColumn { name: "SharingType", ty: String, from: Path("SharingType") },
    ViewColumn { name: "Site_", ty: String, from: Path("Site") },
    ViewColumn { name: "Site_Url", ty: String, from: Path("SiteUrl") },
    ViewColumn { name: "Source_Name", ty: String, from: Path("SourceName") },
    ViewColumn { name: "SourceFileExtension", ty: String, from: Path("SourceFileExtension") },
    ViewColumn { name: "SourceFileName", ty: String, from: Path("SourceFileName") },
    ViewColumn { name: "SourceRecordId", ty: String, from: Column("Id") },
    ViewColumn { name: "SourceRelativeUrl", ty: String, from: Path("SourceRelativeUrl") },
    ViewColumn { name: "SourceSystem", ty: String, from: Const("OfficeActivityManager") },
    ViewColumn { name: "SRPolicyId", ty: String, from: Path("SRPolicyId") },
    ViewColumn { name: "SRPolicyName", ty: String, from: Path("SRPolicyName") },
    ViewColumn { name: "SRRuleMatchDetails", ty: Dynamic, from: Json("SRRuleMatchDetails") },
    ViewColumn { name: "Start_Time", ty: Datetime, from: Time("StartTime", "TimeGenerated") },
    ViewColumn { name: "SupportTicketId", ty: String, from: Path("SupportTicketId") },
    ViewColumn { name: "TabType", ty: String, from: Path("TabType") },
    ViewColumn { name: "TargetContextId", ty: String, from: Path("TargetContextId") },
    ViewColumn { name: "TargetUserId", ty: String, from: Path("TargetUserId") },
    ViewColumn { name: "TargetUserOrGroupName", ty: String, from: Path("TargetUserOrGroupName") },
    ViewColumn { name: "TargetUserOrGroupType", ty: String, from: Path("TargetUserOrGroupType") },
    ViewColumn { name: "TeamGuid", ty: String, from: Path("TeamGuid") },
    ViewColumn { name: "TeamName", ty: String, from: Path("TeamName") },
    ViewColumn { name: "TenantId", ty: String, from: Const("") },
    ViewColumn { name: "UniqueSharingId", ty: String, from: Path("UniqueSharingId") },
    ViewColumn { name: "UserAgent", ty: String, from: Column("UserAgent") },
    ViewColumn { name: "UserDomain", ty: String, from: UserDomain },
    ViewColumn { name: "UserId", ty: String, from: Column("UserId") },
    ViewColumn { name: "UserKey", ty: String, from: Column("UserKey") },
    ViewColumn { name: "UserSharedWith", ty: String, from: Path("UserSharedWith") },
    ViewColumn { name: "UserType", ty: String, from: Enum("UserType", USER_TYPES) },
    ViewColumn { name: "Type", ty: String, from: Const("OfficeActivity") },
];
