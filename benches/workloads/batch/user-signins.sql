SELECT appDisplayName, count(*) AS "SignIns", count(*) FILTER (status.errorCode <> 0) AS "Failed"
FROM signins WHERE userPrincipalName = '{user}' GROUP BY ALL
