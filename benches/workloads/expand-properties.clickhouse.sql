SELECT activity, kind, name, count() AS Changes
FROM (
    SELECT activity, target.type AS kind, target.modifiedProperties.displayName AS names
    FROM audits ARRAY JOIN targetResources AS target
)
ARRAY JOIN names AS name
WHERE name != ''
GROUP BY activity, kind, name
