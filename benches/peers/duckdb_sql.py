"""DuckDB: typed structs in zstd Parquet, one file a table, and SQL by hand.

Duplicates are found after the files are written (their ids alone are read for it) and left out by row number: to
have DISTINCT do it means holding every record in memory.
"""

import json
from pathlib import Path

import duckdb

from . import files, shape

# Without this, types are guessed although they are given: four times the time.
KNOWN = "auto_detect = false, records = true"


class Peer:
    name = "DuckDB"
    ending = "sql"

    def __init__(self, exports, store):
        self.exports, self.store = Path(exports), Path(store)
        self.con = duckdb.connect()
        self.con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false; SET preserve_insertion_order = false")
        self.con.execute(f"SET temp_directory = '{self.store / 'spill'}'")

    def version(self):
        return duckdb.__version__

    def source(self, pattern, columns):
        """The records of files of one kind, as a FROM clause of columns."""
        path = self.exports / pattern
        if pattern.endswith(".csv"):
            wanted = json.dumps({name: shape.duckdb(of) for name, of in columns.items()})
            return (
                f"(SELECT unnest(json_transform(AuditData, '{wanted}')), AuditData FROM read_csv('{path}', header = true, "
                "all_varchar = true, max_line_size = 20000000, strict_mode = true))"
            )
        if pattern.endswith(".ndjson"):
            each = ", ".join(f"'{name}': '{shape.duckdb(of)}'" for name, of in columns.items())
            return f"read_json('{path}', format = 'newline_delimited', columns = {{{each}}}, {KNOWN})"
        page = shape.duckdb([columns])
        read = (
            f"read_json('{path}', columns = {{'value': '{page}'}}, maximum_object_size = {self.largest(pattern)}, {KNOWN}, "
            "format = 'unstructured')"
        )
        return f"(SELECT unnest(record) FROM (SELECT unnest(value) AS record FROM {read}))"

    def largest(self, pattern):
        """A page is one JSON object: the default of 16 MB is too little for it."""
        return 1 << 24 | max(path.stat().st_size for path in self.exports.glob(pattern)) + 1024

    def columns(self, table, columns):
        chosen = [f'"{name}" AS "{shape.NAMES.get(name, name)}"' for name in columns]
        if table == "signins_other":
            chosen.append('"signInEventTypes"[1] AS kind')
        if table == "ual":
            chosen.append("AuditData AS auditData")
        return ", ".join(chosen)

    def ingest(self, kind):
        for table, pattern, columns in shape.KINDS[kind]:
            path = self.store / f"{table}.parquet"
            select = f"SELECT {self.columns(table, columns)} FROM {self.source(pattern, columns)}"
            self.con.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
            repeated = self.con.execute(
                f"SELECT unnest(list(file_row_number)[2:]) FROM read_parquet('{path}', file_row_number = true) "
                "GROUP BY id HAVING count(*) > 1"
            ).fetchall()
            (self.store / f"{table}.repeated").write_text(json.dumps([row for row, in repeated]))

    def stored(self):
        return files.size(self.store)

    def open(self):
        for path in self.store.glob("*.parquet"):
            repeated = json.loads(path.with_suffix(".repeated").read_text())
            rest = f"WHERE file_row_number NOT IN ({', '.join(map(str, repeated))})" if repeated else ""
            self.con.execute(
                f"CREATE VIEW {path.stem} AS SELECT * EXCLUDE (file_row_number) "
                f"FROM read_parquet('{path}', file_row_number = true) {rest}"
            )

    def answer(self, text):
        return self.con.execute(text).fetchall()

    def query(self, name):
        text = files.text(name, self.ending)
        return text and (lambda: self.answer(text))

    def raw(self):
        """Activations by user and role, from the files as they are."""
        table, pattern, columns = shape.KINDS["graph"][0]
        needed = ("id", "activityDisplayName", "activityDateTime", "loggedByService", "result", "targetResources")
        columns = {name: columns[name] for name in needed}
        records = f"(SELECT {self.columns(table, columns)} FROM {self.source(pattern, columns)})"
        few = f"SELECT DISTINCT ON (id) * FROM {records} WHERE service = 'PIM'"
        text = files.text("activations", self.ending)
        return lambda: self.answer(text.replace("FROM audits", f"FROM ({few})"))
