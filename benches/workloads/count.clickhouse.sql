SELECT 'AuditLogs' AS Table, count() AS Records FROM audits
UNION ALL SELECT 'SigninLogs', count() FROM signins
UNION ALL SELECT 'AADNonInteractiveUserSignInLogs', count() FROM signins_other WHERE kind = 'nonInteractiveUser'
UNION ALL SELECT 'UnifiedAuditLog', count() FROM ual
