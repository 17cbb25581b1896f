SELECT location.countryOrRegion, status.errorCode::VARCHAR, count(*) AS "Failures"
FROM signins WHERE time >= TIMESTAMP '{day}' AND time < TIMESTAMP '{day}' + INTERVAL 1 DAY AND status.errorCode <> 0
GROUP BY ALL
