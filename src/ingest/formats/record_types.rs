//! RecordType numbers of the unified audit log, and their names.
//!
//! Trap: a tenant emits numbers that no public list has; those show as their digits.

use crate::ingest::tabular::Node;

/// The name of a record type.
pub fn name(number: i64) -> Option<&'static str> {
    NAMES.iter().find(|(n, _)| *n == number).map(|(_, name)| *name)
}

/// The number of a record type by its name.
pub fn number(name: &str) -> Option<i64> {
    NAMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(n, _)| *n)
}

/// A name out of an export as its number; a number that is written as text as that number.
pub fn code(value: Node) -> Node {
    let text = value.plain().unwrap_or_default();
    let number = number(&text).or_else(|| text.parse().ok());
    number.map_or(value, |number| Node::Leaf(number.to_string()))
}

const NAMES: &[(i64, &str)] = &[
    (1, "ExchangeAdmin"),
    (2, "ExchangeItem"),
    (3, "ExchangeItemGroup"),
    (4, "SharePoint"),
    (6, "SharePointFileOperation"),
    (7, "OneDrive"),
    (8, "AzureActiveDirectory"),
    (9, "AzureActiveDirectoryAccountLogon"),
    (10, "DataCenterSecurityCmdlet"),
    (11, "ComplianceDLPSharePoint"),
    (13, "ComplianceDLPExchange"),
    (14, "SharePointSharingOperation"),
    (15, "AzureActiveDirectoryStsLogon"),
    (16, "SkypeForBusinessCmdlets"),
    (17, "SkypeForBusinessPSTNUsage"),
    (18, "SecurityComplianceCenterEOPCmdlet"),
    (19, "ExchangeAggregatedOperation"),
    (20, "PowerBIAudit"),
    (21, "CRM"),
    (22, "Yammer"),
    (24, "Discovery"),
    (25, "MicrosoftTeams"),
    (28, "ThreatIntelligence"),
    (29, "MailSubmission"),
    (30, "MicrosoftFlow"),
    (31, "AeD"),
    (32, "MicrosoftStream"),
    (33, "ComplianceDLPSharePointClassification"),
    (34, "ThreatFinder"),
    (35, "Project"),
    (36, "SharePointListOperation"),
    (37, "SharePointCommentOperation"),
    (38, "DataGovernance"),
    (40, "SecurityComplianceAlerts"),
    (41, "ThreatIntelligenceUrl"),
    (42, "SecurityComplianceInsights"),
    (43, "MIPLabel"),
    (44, "WorkplaceAnalytics"),
    (45, "PowerAppsApp"),
    (47, "ThreatIntelligenceAtpContent"),
    (48, "LabelContentExplorer"),
    (50, "ExchangeItemAggregated"),
    (52, "DataInsightsRestApiAudit"),
    (54, "SharePointListItemOperation"),
    (55, "SharePointContentTypeOperation"),
    (56, "SharePointFieldOperation"),
    (57, "MicrosoftTeamsAdmin"),
    (61, "InformationWorkerProtection"),
    (62, "Campaign"),
    (63, "DLPEndpoint"),
    (64, "AirInvestigation"),
    (65, "Quarantine"),
    (66, "MicrosoftForms"),
    (67, "ApplicationAudit"),
    (78, "WDATPAlerts"),
    (82, "SensitivityLabelPolicyMatch"),
    (83, "SensitivityLabelAction"),
    (84, "SensitivityLabeledFileAction"),
    (85, "AttackSim"),
    (87, "SecurityComplianceRBAC"),
    (98, "MCASAlerts"),
    (101, "ExchangeSearch"),
    (102, "SharePointSearch"),
    (106, "SecurityComplianceUserChange"),
    (113, "MS365DCustomDetection"),
    (147, "CoreReportingSettings"),
    (148, "ComplianceConnector"),
    (164, "ScorePlatformGenericAuditRecord"),
    (174, "DataShareOperation"),
    (216, "VivaGoals"),
    (218, "AttackSimAdmin"),
    (230, "TeamsUpdates"),
    (261, "CopilotInteraction"),
    (275, "OWAAuth"),
    (287, "ProjectForThewebAssignedToMeSettings"),
    (332, "ComplianceSettingsChange"),
];
