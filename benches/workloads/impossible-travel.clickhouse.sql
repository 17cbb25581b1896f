WITH pairs AS (
    SELECT time, userPrincipalName, id, location.countryOrRegion AS country,
        radians(assumeNotNull(location.geoCoordinates.latitude)) AS lat,
        radians(assumeNotNull(location.geoCoordinates.longitude)) AS lon,
        lagInFrame(time) OVER u AS before, lagInFrame(country) OVER u AS beforeCountry,
        lagInFrame(lat) OVER u AS lat0, lagInFrame(lon) OVER u AS lon0, row_number() OVER u AS n
    FROM signins
    WHERE status.errorCode = 0 AND userPrincipalName != ''
        AND location.geoCoordinates.latitude IS NOT NULL AND location.geoCoordinates.longitude IS NOT NULL
    WINDOW u AS (PARTITION BY userPrincipalName ORDER BY time, id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
)
SELECT time, userPrincipalName, beforeCountry, country, round(kilometres) AS Kilometres, id
FROM (
    SELECT *, 2 * 6371.01 * asin(least(1.0, sqrt(
        pow(sin((lat - lat0) / 2), 2) + cos(lat) * cos(lat0) * pow(sin((lon - lon0) / 2), 2)))) AS kilometres
    FROM pairs
    WHERE n > 1
)
WHERE kilometres > 200 AND kilometres > 1000.0 * (toFloat64(time) - toFloat64(before)) / 3600
