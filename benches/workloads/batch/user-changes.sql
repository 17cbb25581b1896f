SELECT activity, targetResources[1].type AS "Kind", count(*) AS "Times", max(time) AS "Last"
FROM audits WHERE initiatedBy.user.userPrincipalName = '{user}' GROUP BY ALL
