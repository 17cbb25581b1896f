WITH known AS (
    SELECT DISTINCT initiatedBy.user.userPrincipalName AS "User", activity
    FROM audits WHERE time >= '2025-03-17' AND time < '2025-03-31'
)
SELECT initiatedBy.user.userPrincipalName AS "User", activity, count(*) AS "Times", min(time) AS "First"
FROM audits
ANTI JOIN known ON known."User" = initiatedBy.user.userPrincipalName AND known.activity = audits.activity
WHERE time >= '2025-03-31' AND "User" <> ''
GROUP BY ALL
