WITH pairs AS (
    SELECT time, userPrincipalName, id, location.countryOrRegion AS country,
        radians(location.geoCoordinates.latitude) AS lat, radians(location.geoCoordinates.longitude) AS lon,
        lag(time) OVER u AS before, lag(location.countryOrRegion) OVER u AS beforeCountry,
        lag(radians(location.geoCoordinates.latitude)) OVER u AS lat0,
        lag(radians(location.geoCoordinates.longitude)) OVER u AS lon0
    FROM signins
    WHERE status.errorCode = 0 AND userPrincipalName <> ''
        AND location.geoCoordinates.latitude IS NOT NULL AND location.geoCoordinates.longitude IS NOT NULL
    WINDOW u AS (PARTITION BY userPrincipalName ORDER BY time, id)
)
SELECT time, userPrincipalName, beforeCountry, country, round(kilometres, 0) AS "Kilometres", id
FROM (
    SELECT *, 2 * 6371.01 * asin(least(1.0, sqrt(
        power(sin((lat - lat0) / 2), 2) + cos(lat) * cos(lat0) * power(sin((lon - lon0) / 2), 2)))) AS kilometres
    FROM pairs
    WHERE before IS NOT NULL
)
WHERE kilometres > 200 AND kilometres > 1000.0 * (epoch_ns(time) - epoch_ns(before)) / 3600e9
