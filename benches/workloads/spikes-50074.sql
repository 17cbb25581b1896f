SELECT userPrincipalName, date_trunc('day', time)::TIMESTAMP AS "Day", count(*) AS "Failures", max(time) AS "Last"
FROM signins
WHERE status.errorCode = 50074
GROUP BY ALL
HAVING "Failures" > 3
