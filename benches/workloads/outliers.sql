WITH weeks AS (
    SELECT initiatedBy.user.userPrincipalName AS "User",
        date_trunc('week', time + INTERVAL 1 DAY)::TIMESTAMP - INTERVAL 1 DAY AS "Week", count(*) AS "Requests"
    FROM audits
    WHERE service = 'PIM' AND activity = 'Add member to role requested (PIM activation)'
    GROUP BY ALL
)
SELECT "User", "Week", "Requests", avg("Requests") OVER u AS "Mean", stddev_samp("Requests") OVER u AS "Spread"
FROM weeks
WINDOW u AS (PARTITION BY "User")
QUALIFY "Requests" > round("Mean" + 1.5 * "Spread", 6)
