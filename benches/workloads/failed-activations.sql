SELECT
    list_filter(targetResources, lambda t: t.type = 'User')[1].userPrincipalName AS "User",
    list_filter(targetResources, lambda t: t.type = 'Role')[1].displayName AS "Role",
    CASE
        WHEN activity = 'Add member to role requested (PIM activation)' AND result <> 'success' THEN 'refused by policy'
        WHEN activity = 'Add member to role request denied (PIM activation)' THEN 'denied by approver'
        WHEN activity = 'PIM activation request expired' THEN 'expired without a decision'
        WHEN activity = 'Add member to role canceled (PIM activation)' THEN 'canceled'
        WHEN activity = 'Add member to role completed (PIM activation)' AND result <> 'success' THEN 'failed on completion'
    END AS "Failure",
    count(*) AS "Failures", max(time) AS "Last"
FROM audits
WHERE service = 'PIM' AND "Failure" IS NOT NULL
GROUP BY ALL
