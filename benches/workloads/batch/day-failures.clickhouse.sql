SELECT location.countryOrRegion AS country, toString(status.errorCode) AS code, count() AS Failures
FROM signins
WHERE time >= '{day}' AND time < toDateTime('{day} 00:00:00', 'UTC') + INTERVAL 1 DAY AND status.errorCode != 0
GROUP BY country, code
