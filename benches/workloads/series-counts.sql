WITH counts AS (
    SELECT userPrincipalName, date_trunc('day', time)::TIMESTAMP AS day, count(*) AS signIns FROM signins GROUP BY ALL
), days AS (
    SELECT unnest(range(TIMESTAMP '2025-01-01', TIMESTAMP '2025-04-01', INTERVAL 1 DAY)) AS day
), users AS (
    SELECT DISTINCT userPrincipalName FROM counts
)
SELECT userPrincipalName, list(coalesce(signIns, 0) ORDER BY day) AS "SignIns"
FROM users CROSS JOIN days LEFT JOIN counts USING (userPrincipalName, day)
GROUP BY userPrincipalName
