SELECT activity, target.type, property.displayName, count(*) AS "Changes"
FROM (SELECT activity, unnest(targetResources) AS target FROM audits) AS targets
CROSS JOIN unnest(target.modifiedProperties) AS p(property)
WHERE property.displayName <> ''
GROUP BY ALL
