WITH counts AS (
    SELECT userPrincipalName, dateDiff('day', toDate('2025-01-01'), toDate(time)) AS day, count() AS n
    FROM signins GROUP BY userPrincipalName, day
)
SELECT userPrincipalName, arrayMap(d -> found[d], range(90)) AS SignIns
FROM (SELECT userPrincipalName, mapFromArrays(groupArray(day), groupArray(n)) AS found FROM counts GROUP BY userPrincipalName)
