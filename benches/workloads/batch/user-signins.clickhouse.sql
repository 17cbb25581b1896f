SELECT appDisplayName, count() AS SignIns, countIf(status.errorCode != 0) AS Failed
FROM signins WHERE userPrincipalName = '{user}' GROUP BY appDisplayName
