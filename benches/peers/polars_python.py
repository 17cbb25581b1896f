"""Polars: typed structs in zstd Parquet, lazy frames by hand, collected by the streaming engine."""

from pathlib import Path

import polars as pl

from workloads import polars_queries as queries

from . import files, shape

TIME = "%Y-%m-%dT%H:%M:%S%.f"


class Peer:
    name = "Polars"

    def __init__(self, exports, store):
        self.exports, self.store = Path(exports), Path(store)
        self.tables = {}

    def version(self):
        return pl.__version__

    def records(self, path, columns):
        """The records of one file, lazily where Polars can."""
        types = shape.polars(columns)
        if path.suffix == ".csv":
            wide = pl.scan_csv(path, infer_schema=False)
            inner = pl.col("AuditData").str.json_decode(types)
            return wide.select(record=inner, auditData="AuditData").unnest("record")
        if path.suffix == ".ndjson":
            return pl.scan_ndjson(path, schema=types.to_schema())
        pages = pl.read_json(path, schema={"value": pl.List(types)})
        return pages.lazy().select(pl.col("value").explode()).unnest("value")

    def shaped(self, table, frame, columns):
        time = next(name for name, of in columns.items() if of == "time")
        frame = frame.with_columns(pl.col(time).str.strip_suffix("Z").str.to_datetime(TIME, time_unit="ns"))
        frame = frame.rename({old: new for old, new in shape.NAMES.items() if old in columns})
        if table == "signins_other":
            frame = frame.with_columns(kind=pl.col("signInEventTypes").list.first())
        return frame

    def ingest(self, kind):
        for table, pattern, columns in shape.KINDS[kind]:
            folder = self.store / table
            folder.mkdir(exist_ok=True)
            for path in sorted(self.exports.glob(pattern)):
                frame = self.shaped(table, self.records(path, columns), columns)
                frame.sink_parquet(folder / f"{path.stem}.parquet", compression="zstd")
            self.leave_out_repeated(folder)

    def leave_out_repeated(self, folder):
        """Rewrites the few files that hold a record a second time."""
        ids = pl.scan_parquet(folder / "*.parquet", include_file_paths="path").select("id", "path")
        repeated = ids.filter(~pl.col("id").is_first_distinct()).collect()
        earlier = ids.filter(pl.col("id").is_in(repeated["id"].implode())).collect()
        earlier = earlier.filter(pl.col("id").is_first_distinct())
        home = dict(zip(earlier["id"], earlier["path"]))
        for path, rows in repeated.group_by("path"):
            frame = pl.read_parquet(path[0])
            elsewhere = [each for each in rows["id"] if home[each] != path[0]]
            frame = frame.filter(pl.col("id").is_first_distinct() & ~pl.col("id").is_in(elsewhere))
            frame.write_parquet(path[0], compression="zstd")

    def stored(self):
        return files.size(self.store)

    def open(self):
        self.tables = {path.name: pl.scan_parquet(path / "*.parquet") for path in self.store.iterdir() if path.is_dir()}

    def query(self, name):
        make = queries.ALL.get(files.SAME.get(name, name))
        return make and (lambda: make(self.tables).collect(engine="streaming").rows())

    def raw(self):
        table, pattern, columns = shape.KINDS["graph"][0]
        needed = ("id", "activityDisplayName", "activityDateTime", "loggedByService", "result", "targetResources")
        columns = {name: columns[name] for name in needed}

        def run():
            pim = [
                self.shaped(table, self.records(path, columns), columns).filter(service="PIM").collect()
                for path in sorted(self.exports.glob(pattern))
            ]
            tables = {"audits": pl.concat(pim).lazy().unique("id")}
            return queries.ALL["activations"](tables).collect(engine="streaming").rows()

        return run

    def batch(self, users, days):
        def run():
            for name in sorted(queries.BATCH):
                make, values = queries.BATCH[name]
                for value in users if values == "users" else days:
                    yield make(self.tables, value).collect(engine="streaming").rows()

        return lambda: list(run())
