SELECT
    list_filter(targetResources, lambda t: t.type = 'User')[1].userPrincipalName AS "User",
    list_filter(targetResources, lambda t: t.type = 'Role')[1].displayName AS "Role",
    count(*) AS "Activations", min(time) AS "First", max(time) AS "Last"
FROM audits
WHERE service = 'PIM' AND result = 'success' AND activity = 'Add member to role completed (PIM activation)'
GROUP BY ALL
