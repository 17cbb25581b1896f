SELECT activity, result, count(*) AS "Times"
FROM audits WHERE time >= TIMESTAMP '{day}' AND time < TIMESTAMP '{day}' + INTERVAL 1 DAY GROUP BY ALL
