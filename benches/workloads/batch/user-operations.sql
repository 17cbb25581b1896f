SELECT workload, operation, count(*) AS "Times" FROM ual WHERE userId = '{user}' GROUP BY ALL
