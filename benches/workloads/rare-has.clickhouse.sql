SELECT time, id, activity
FROM audits
WHERE hasTokenCaseInsensitive(toJSONString(targetResources), 'helper')
