SELECT
    assumeNotNull(arrayFirst(t -> t.type = 'User', targetResources).userPrincipalName) AS User,
    assumeNotNull(arrayFirst(t -> t.type = 'Role', targetResources).displayName) AS Role,
    count() AS Activations, min(time) AS First, max(time) AS Last
FROM audits
WHERE service = 'PIM' AND result = 'success' AND activity = 'Add member to role completed (PIM activation)'
GROUP BY User, Role
