SELECT activity, target.type, property.displayName, count(*) AS "Changes"
FROM (SELECT activity, unnest(targetResources) AS target FROM audits) AS targets
LEFT JOIN unnest(target.modifiedProperties) AS p(property) ON true
GROUP BY ALL
