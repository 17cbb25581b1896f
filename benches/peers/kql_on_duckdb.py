"""duckdb-kql: the same KQL as auk, translated to SQL for DuckDB.

Its tables have Sentinel's names and columns in a DuckDB database, dynamic columns as JSON, made from what the
DuckDB peer wrote; that is not timed, as it is no work of its own.
"""

import duckdb
import duckdb_kql

from . import duckdb_sql, files

TABLES = {
    "AuditLogs": """SELECT time AS TimeGenerated, activity AS OperationName, service AS LoggedByService, result AS Result,
        resultReason AS ResultReason, category AS Category, correlationId AS CorrelationId, id AS Id,
        to_json(initiatedBy) AS InitiatedBy, to_json(targetResources) AS TargetResources,
        to_json(additionalDetails) AS AdditionalDetails FROM audits""",
    "SigninLogs": """SELECT time AS TimeGenerated, userPrincipalName AS UserPrincipalName, appDisplayName AS AppDisplayName,
        coalesce(status.errorCode, 0)::VARCHAR AS ResultType, location.countryOrRegion AS Location, ipAddress AS IPAddress,
        to_json(location) AS LocationDetails, to_json(status) AS Status, id AS Id FROM signins""",
    "AADNonInteractiveUserSignInLogs": """SELECT time AS TimeGenerated, userPrincipalName AS UserPrincipalName,
        appDisplayName AS AppDisplayName, coalesce(status.errorCode, 0)::VARCHAR AS ResultType,
        location.countryOrRegion AS Location, ipAddress AS IPAddress, id AS Id
        FROM signins_other WHERE kind = 'nonInteractiveUser'""",
    "UnifiedAuditLog": """SELECT time AS TimeGenerated, id AS Id, operation AS Operation, workload AS Workload,
        userId AS UserId, resultStatus AS ResultStatus, auditData::JSON AS AuditData FROM ual""",
}


class Peer(duckdb_sql.Peer):
    name = "duckdb-kql"
    ending = "kql"

    def version(self):
        return f"{duckdb_kql.__version__} (DuckDB {duckdb.__version__})"

    def ingest(self, kind):
        """All kinds at once, from the DuckDB peer's store beside this one."""
        made = duckdb_sql.Peer(self.exports, self.store.parent / "duckdb")
        made.open()
        made.con.execute(f"ATTACH '{self.store / 'logs.duckdb'}' AS logs")
        for table, select in TABLES.items():
            made.con.execute(f"CREATE OR REPLACE TABLE logs.{table} AS {select}")
        made.con.execute("DETACH logs")

    def open(self):
        self.con = duckdb_kql.connect(str(self.store / "logs.duckdb"))
        self.con.execute("SET enable_progress_bar = false")

    def answer(self, text):
        return duckdb_kql.query(self.con, text).fetchall()

    def raw(self):
        return None
