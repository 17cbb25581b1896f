SELECT * FROM (
SELECT time, 'AuditLogs' AS Source, activity AS What, result AS Outcome
FROM audits WHERE initiatedBy.user.userPrincipalName = 'anna.aalders@lindemeer.example'
UNION ALL
SELECT time, 'SigninLogs', appDisplayName, status.errorCode::String
FROM signins WHERE userPrincipalName = 'anna.aalders@lindemeer.example'
UNION ALL
SELECT time, 'AADNonInteractiveUserSignInLogs', appDisplayName, status.errorCode::String
FROM signins_other WHERE kind = 'nonInteractiveUser' AND userPrincipalName = 'anna.aalders@lindemeer.example'
UNION ALL
SELECT time, 'UnifiedAuditLog', operation, resultStatus
FROM ual WHERE userId = 'anna.aalders@lindemeer.example'
)
ORDER BY time
