SELECT assumeNotNull(initiatedBy.user.userPrincipalName) AS User, activity, count() AS Times, min(time) AS First
FROM audits
WHERE time >= '2025-03-31' AND User != '' AND (User, activity) NOT IN (
    SELECT DISTINCT assumeNotNull(initiatedBy.user.userPrincipalName), activity
    FROM audits WHERE time >= '2025-03-17' AND time < '2025-03-31'
)
GROUP BY User, activity
