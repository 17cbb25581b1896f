-- Text first, since it is cheap to search; the word's borders only in what is left.
SELECT time, id, activity
FROM audits
WHERE to_json(targetResources)::VARCHAR ILIKE '%helper%'
    AND regexp_matches(to_json(targetResources)::VARCHAR, '(?i)(^|[^a-z0-9])helper($|[^a-z0-9])')
