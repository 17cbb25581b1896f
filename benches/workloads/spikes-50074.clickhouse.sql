SELECT userPrincipalName, toDateTime(toStartOfDay(time), 'UTC') AS Day, count() AS Failures, max(time) AS Last
FROM signins
WHERE status.errorCode = 50074
GROUP BY userPrincipalName, Day
HAVING Failures > 3
