SELECT activity, kind, property.displayName, count(*) AS "Changes"
FROM (
    SELECT activity, target.type AS kind, unnest(target.modifiedProperties) AS property
    FROM (SELECT activity, unnest(targetResources) AS target FROM audits)
)
WHERE property.displayName <> ''
GROUP BY ALL
