SELECT activity, result, count() AS Times
FROM audits WHERE time >= '{day}' AND time < toDateTime('{day} 00:00:00', 'UTC') + INTERVAL 1 DAY GROUP BY activity, result
