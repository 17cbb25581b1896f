SELECT userPrincipalName, location.countryOrRegion AS country,
    count() AS SignIns, min(time) AS First, max(time) AS Last
FROM (
    SELECT userPrincipalName, status, location, time FROM signins
    UNION ALL
    SELECT userPrincipalName, status, location, time FROM signins_other WHERE kind = 'nonInteractiveUser'
)
WHERE status.errorCode = 0 AND country != '' AND country NOT IN ('NL', 'BE')
GROUP BY userPrincipalName, country
