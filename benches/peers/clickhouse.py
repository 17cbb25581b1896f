"""ClickHouse (in the process, chdb): MergeTree tables in order of time, typed tuples, low-cardinality words."""

import json
from pathlib import Path

import chdb
from chdb import session

from . import files, shape

# A null of the exports is an empty text: that is what KQL makes of it, and what ClickHouse is fastest with.
READ = (
    "SETTINGS input_format_null_as_default = 1, input_format_skip_unknown_fields = 1, "
    "input_format_json_ignore_unknown_keys_in_named_tuple = 1, date_time_input_format = 'best_effort', "
    "input_format_json_defaults_for_missing_elements_in_named_tuple = 1, schema_inference_make_columns_nullable = 0"
)


class Peer:
    name = "ClickHouse"
    ending = "clickhouse.sql"

    def __init__(self, exports, store):
        self.exports, self.store = Path(exports), Path(store)
        self.session = session.Session(str(self.store / "data"))
        self.session.query("CREATE DATABASE IF NOT EXISTS logs ENGINE = Atomic")
        self.session.query("USE logs")

    def version(self):
        return f"{chdb.__version__} (ClickHouse {self.answer('SELECT version()')[0][0]})"

    def source(self, pattern, columns):
        path = self.exports / pattern
        if pattern.endswith(".csv"):
            form = shape.clickhouse({name: "text" if of == "time" else of for name, of in columns.items()})
            read = f"SELECT AuditData, JSONExtract(AuditData, $${form}$$) AS record FROM file('{path}', CSVWithNames)"
            chosen = ", ".join(
                f"parseDateTime64BestEffort(record.{name}, 7, 'UTC') AS {name}" if of == "time" else f"record.{name} AS {name}"
                for name, of in columns.items()
            )
            return f"(SELECT {chosen}, AuditData FROM ({read}))"
        if pattern.endswith(".ndjson"):
            form = ", ".join(f"`{name}` {shape.clickhouse(of)}" for name, of in columns.items())
            return f"file('{path}', JSONEachRow, $${form}$$)"
        form = shape.clickhouse([columns])
        chosen = ", ".join(f"record.`{name}` AS `{name}`" for name in columns)
        return f"(SELECT {chosen} FROM (SELECT arrayJoin(value) AS record FROM file('{path}', JSONEachRow, $$value {form}$$)))"

    def columns(self, table, columns):
        chosen = [f"`{name}` AS `{shape.NAMES.get(name, name)}`" for name in columns]
        if table == "signins_other":
            chosen.append("signInEventTypes[1] AS kind")
        if table == "ual":
            chosen.append("AuditData AS auditData")
        return ", ".join(chosen)

    def ingest(self, kind):
        for table, pattern, columns in shape.KINDS[kind]:
            self.session.query(f"DROP TABLE IF EXISTS {table} SYNC")
            self.session.query(
                f"CREATE TABLE {table} ENGINE = MergeTree ORDER BY time SETTINGS default_compression_codec = 'ZSTD(1)' AS "
                f"SELECT {self.columns(table, columns)} FROM {self.source(pattern, columns)} LIMIT 1 BY id {READ}"
            )

    def stored(self):
        """Parts that have been merged into others lie around for some minutes: they do not count."""
        return int(self.answer("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'logs'")[0][0])

    def open(self):
        pass

    def answer(self, text):
        result = json.loads(self.session.query(text, "JSONCompact").bytes())
        return result["data"]

    def query(self, name):
        text = files.text(name, self.ending)
        return text and (lambda: self.answer(text))

    def raw(self):
        """Activations by user and role, from the files as they are."""
        table, pattern, columns = shape.KINDS["graph"][0]
        needed = ("id", "activityDisplayName", "activityDateTime", "loggedByService", "result", "targetResources")
        columns = {name: columns[name] for name in needed}
        records = f"(SELECT {self.columns(table, columns)} FROM {self.source(pattern, columns)})"
        few = f"SELECT * FROM {records} WHERE service = 'PIM' LIMIT 1 BY id"
        text = files.text("activations", self.ending)
        return lambda: self.answer(text.replace("FROM audits", f"FROM ({few})") + READ)
