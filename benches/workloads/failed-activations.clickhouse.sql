SELECT
    assumeNotNull(arrayFirst(t -> t.type = 'User', targetResources).userPrincipalName) AS User,
    assumeNotNull(arrayFirst(t -> t.type = 'Role', targetResources).displayName) AS Role,
    multiIf(
        activity = 'Add member to role requested (PIM activation)' AND result != 'success', 'refused by policy',
        activity = 'Add member to role request denied (PIM activation)', 'denied by approver',
        activity = 'PIM activation request expired', 'expired without a decision',
        activity = 'Add member to role canceled (PIM activation)', 'canceled',
        activity = 'Add member to role completed (PIM activation)' AND result != 'success', 'failed on completion',
        '') AS Failure,
    count() AS Failures, max(time) AS Last
FROM audits
WHERE service = 'PIM' AND Failure != ''
GROUP BY User, Role, Failure
