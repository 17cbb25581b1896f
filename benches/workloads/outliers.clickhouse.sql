WITH weeks AS (
    SELECT assumeNotNull(initiatedBy.user.userPrincipalName) AS User,
        toDateTime(toStartOfWeek(time, 0), 'UTC') AS Week, count() AS Requests
    FROM audits
    WHERE service = 'PIM' AND activity = 'Add member to role requested (PIM activation)'
    GROUP BY User, Week
)
SELECT User, Week, Requests, Mean, Spread
FROM weeks
INNER JOIN (SELECT User, avg(Requests) AS Mean, stddevSamp(Requests) AS Spread FROM weeks GROUP BY User) AS own USING (User)
WHERE Requests > round(Mean + 1.5 * Spread, 6)
