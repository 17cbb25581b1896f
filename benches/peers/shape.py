"""What the records hold, written down once, and as the column types of each peer.

A dict is a record, a list of one thing an array of it. Leaves: `text`; `word`, a text of few values; `int`,
`real`, `bool`, `time`. Giving the types is what an expert does: it is faster than to let a tool guess them, and a
guess from the first thousand records breaks on a later one.
"""

PROPERTY = {"displayName": "word", "oldValue": "text", "newValue": "text"}

AUDIT = {
    "id": "text",
    "category": "word",
    "correlationId": "text",
    "result": "word",
    "resultReason": "text",
    "activityDisplayName": "word",
    "activityDateTime": "time",
    "loggedByService": "word",
    "operationType": "word",
    "initiatedBy": {
        "app": {"appId": "text", "displayName": "word", "servicePrincipalId": "text", "servicePrincipalName": "text"},
        "user": {
            "id": "text", "displayName": "text", "userPrincipalName": "word", "ipAddress": "text",
            "userType": "word", "homeTenantId": "text", "homeTenantName": "text",
        },
    },
    "targetResources": [{
        "id": "text", "displayName": "text", "type": "word", "userPrincipalName": "text", "groupType": "word",
        "modifiedProperties": [PROPERTY],
    }],
    "additionalDetails": [{"key": "word", "value": "text"}],
}

SIGNIN = {
    "id": "text",
    "createdDateTime": "time",
    "userDisplayName": "text",
    "userPrincipalName": "word",
    "userId": "text",
    "appId": "text",
    "appDisplayName": "word",
    "servicePrincipalId": "text",
    "servicePrincipalName": "text",
    "userType": "word",
    "signInIdentifier": "text",
    "signInEventTypes": ["word"],
    "ipAddress": "text",
    "correlationId": "text",
    "conditionalAccessStatus": "word",
    "isInteractive": "bool",
    "tokenIssuerType": "word",
    "processingTimeInMilliseconds": "int",
    "riskDetail": "word",
    "riskLevelAggregated": "word",
    "riskLevelDuringSignIn": "word",
    "riskState": "word",
    "riskEventTypes_v2": ["word"],
    "resourceDisplayName": "word",
    "resourceId": "text",
    "resourceTenantId": "text",
    "homeTenantId": "text",
    "homeTenantName": "word",
    "crossTenantAccessType": "word",
    "clientCredentialType": "word",
    "authenticationProtocol": "word",
    "incomingTokenType": "word",
    "uniqueTokenIdentifier": "text",
    "clientAppUsed": "word",
    "userAgent": "text",
    "sessionId": "text",
    "autonomousSystemNumber": "int",
    "authenticationRequirement": "word",
    "status": {"errorCode": "int", "failureReason": "word", "additionalDetails": "text"},
    "deviceDetail": {
        "deviceId": "text", "displayName": "text", "operatingSystem": "word", "browser": "word",
        "isCompliant": "bool", "isManaged": "bool", "trustType": "word",
    },
    "location": {
        "city": "word", "state": "word", "countryOrRegion": "word",
        "geoCoordinates": {"altitude": "real", "latitude": "real", "longitude": "real"},
    },
    "mfaDetail": {"authMethod": "word", "authDetail": "text"},
    "networkLocationDetails": [{"networkType": "word", "networkNames": ["word"]}],
    "authenticationDetails": [{
        "authenticationStepDateTime": "text", "authenticationMethod": "word", "authenticationMethodDetail": "text",
        "succeeded": "bool", "authenticationStepResultDetail": "text", "authenticationStepRequirement": "word",
    }],
    "authenticationRequirementPolicies": [{"requirementProvider": "word", "detail": "word"}],
    "appliedConditionalAccessPolicies": [{
        "id": "text", "displayName": "word", "enforcedGrantControls": ["word"], "enforcedSessionControls": ["word"],
        "result": "word",
    }],
    "managedServiceIdentity": {"msiType": "word", "associatedResourceId": "text", "federatedTokenId": "text"},
    "servicePrincipalCredentialKeyId": "text",
}

# What is lifted out of AuditData, which is kept beside it as text: its records have a hundred forms.
UNIFIED = {
    "CreationTime": "time", "Id": "text", "Operation": "word", "Workload": "word", "RecordType": "int",
    "UserId": "word", "UserKey": "text", "UserType": "int", "ResultStatus": "word", "ClientIP": "text",
    "ObjectId": "text", "OrganizationId": "text",
}

# The names that the workloads use for some columns.
NAMES = {
    "activityDisplayName": "activity", "activityDateTime": "time", "loggedByService": "service",
    "createdDateTime": "time", "CreationTime": "time", "Id": "id", "Operation": "operation", "Workload": "workload",
    "UserId": "userId", "ResultStatus": "resultStatus",
}

# Files below the exports folder, and the table that they make: by kind of ingest.
KINDS = {
    "graph": [("audits", "directoryAudits-*.json", AUDIT), ("signins", "signIns-*.json", SIGNIN)],
    "ndjson": [("signins_other", "signIns-*.ndjson", SIGNIN)],
    "ual": [("ual", "ual-*.csv", UNIFIED)],
}


def duckdb(shape):
    if isinstance(shape, dict):
        return "STRUCT(" + ", ".join(f'"{name}" {duckdb(of)}' for name, of in shape.items()) + ")"
    if isinstance(shape, list):
        return duckdb(shape[0]) + "[]"
    leaves = {"int": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "time": "TIMESTAMP"}
    return leaves.get(shape, "VARCHAR")


def clickhouse(shape):
    if isinstance(shape, dict):
        return "Tuple(" + ", ".join(f"`{name}` {clickhouse(of)}" for name, of in shape.items()) + ")"
    if isinstance(shape, list):
        return f"Array({clickhouse(shape[0])})"
    leaves = {
        "word": "LowCardinality(String)", "int": "Int64", "real": "Nullable(Float64)", "bool": "Bool",
        "time": "DateTime64(7, 'UTC')",
    }
    return leaves.get(shape, "String")


def polars(shape):
    import polars as pl

    if isinstance(shape, dict):
        return pl.Struct({name: polars(of) for name, of in shape.items()})
    if isinstance(shape, list):
        return pl.List(polars(shape[0]))
    return {"int": pl.Int64, "real": pl.Float64, "bool": pl.Boolean}.get(shape, pl.String)
