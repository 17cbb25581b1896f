"""The workloads as lazy Polars frames: each function takes the tables and gives what the .kql of its name gives."""

import datetime

import polars as pl
from polars import col

PIM = (col("service") == "PIM")
ACTOR = col("initiatedBy").struct.field("user").struct.field("userPrincipalName")
FAILED = col("status").struct.field("errorCode") != 0
COUNTRY = col("location").struct.field("countryOrRegion")


def of_type(kind, field):
    """A field of the first target of a type."""
    element = pl.element()
    of_kind = col("targetResources").list.eval(
        element.struct.field(field).filter(element.struct.field("type") == kind)
    )
    return of_kind.list.first()


def activations(tables):
    completed = PIM & (col("result") == "success") & (col("activity") == "Add member to role completed (PIM activation)")
    return (
        tables["audits"].filter(completed)
        .group_by(of_type("User", "userPrincipalName").alias("User"), of_type("Role", "displayName").alias("Role"))
        .agg(pl.len(), col("time").min().alias("First"), col("time").max().alias("Last"))
    )


def failed_activations(tables):
    failed = col("result") != "success"
    activity = col("activity")
    failure = (
        pl.when((activity == "Add member to role requested (PIM activation)") & failed).then(pl.lit("refused by policy"))
        .when(activity == "Add member to role request denied (PIM activation)").then(pl.lit("denied by approver"))
        .when(activity == "PIM activation request expired").then(pl.lit("expired without a decision"))
        .when(activity == "Add member to role canceled (PIM activation)").then(pl.lit("canceled"))
        .when((activity == "Add member to role completed (PIM activation)") & failed).then(pl.lit("failed on completion"))
    )
    return (
        tables["audits"].filter(PIM).with_columns(Failure=failure).filter(col("Failure").is_not_null())
        .group_by(
            of_type("User", "userPrincipalName").alias("User"), of_type("Role", "displayName").alias("Role"), "Failure")
        .agg(pl.len(), col("time").max().alias("Last"))
    )


def outliers(tables):
    sunday = (col("time").dt.offset_by("1d").dt.truncate("1w").dt.offset_by("-1d"))
    return (
        tables["audits"].filter(PIM & (col("activity") == "Add member to role requested (PIM activation)"))
        .group_by(ACTOR.alias("User"), sunday.alias("Week")).agg(pl.len().alias("Requests"))
        .with_columns(Mean=col("Requests").mean().over("User"), Spread=col("Requests").std().over("User"))
        .filter(col("Requests") > (col("Mean") + 1.5 * col("Spread")).round(6))
    )


def outside_country(tables):
    names = ["userPrincipalName", "status", "location", "time"]
    other = tables["signins_other"].filter(col("kind") == "nonInteractiveUser")
    return (
        pl.concat([tables["signins"].select(names), other.select(names)])
        .filter(~FAILED & (COUNTRY != "") & ~COUNTRY.is_in(["NL", "BE"]))
        .group_by("userPrincipalName", COUNTRY.alias("Location"))
        .agg(pl.len(), col("time").min().alias("First"), col("time").max().alias("Last"))
    )


def spikes_50074(tables):
    return (
        tables["signins"].filter(col("status").struct.field("errorCode") == 50074)
        .group_by("userPrincipalName", col("time").dt.truncate("1d").alias("Day"))
        .agg(pl.len().alias("Failures"), col("time").max().alias("Last"))
        .filter(col("Failures") > 3)
    )


def impossible_travel(tables):
    place = col("location").struct.field("geoCoordinates")
    lat, lon, lat0, lon0 = (col(name) for name in ("lat", "lon", "lat0", "lon0"))
    chord = ((lat - lat0) / 2).sin() ** 2 + lat.cos() * lat0.cos() * ((lon - lon0) / 2).sin() ** 2
    hours = (col("time") - col("before")).dt.total_nanoseconds() / 3600e9
    return (
        tables["signins"].filter(~FAILED & (col("userPrincipalName") != ""))
        .select(
            "time", "userPrincipalName", "id", COUNTRY.alias("country"),
            lat=place.struct.field("latitude").radians(), lon=place.struct.field("longitude").radians())
        .drop_nulls(["lat", "lon"])
        .sort("userPrincipalName", "time", "id")
        .with_columns(
            user0=col("userPrincipalName").shift(), before=col("time").shift(), country0=col("country").shift(),
            lat0=lat.shift(), lon0=lon.shift())
        .filter(col("userPrincipalName") == col("user0"))
        .with_columns(km=2 * 6371.01 * chord.sqrt().clip(upper_bound=1.0).arcsin())
        .filter((col("km") > 200) & (col("km") > 1000.0 * hours))
        .select("time", "userPrincipalName", "country0", "country", col("km").round(0), "id")
    )


def rare_has(tables):
    """There is no JSON text to search: every text of the records is looked at in turn."""
    element = pl.element()
    word = r"(?i)(^|[^a-z0-9])helper($|[^a-z0-9])"

    def found(texts):
        return texts.str.contains(word).any()

    fields = ["id", "displayName", "type", "userPrincipalName", "groupType"]
    inner = element.struct.field("modifiedProperties").explode()
    hits = [
        col("targetResources").list.eval(found(element.struct.field(field))).list.first() for field in fields
    ] + [
        col("targetResources").list.eval(found(inner.struct.field(field))).list.first()
        for field in ("displayName", "oldValue", "newValue")
    ]
    return tables["audits"].filter(pl.any_horizontal(hits)).select("time", "id", "activity")


def expand_properties(tables):
    return (
        tables["audits"].select("activity", target="targetResources").explode("target")
        .select(
            "activity",
            kind=col("target").struct.field("type"),
            name=col("target").struct.field("modifiedProperties"))
        .explode("name").with_columns(col("name").struct.field("displayName").alias("name"))
        .filter(col("name") != "")
        .group_by("activity", "kind", "name").agg(pl.len())
    )


def baseline_anti(tables):
    end = datetime.datetime(2025, 4, 1)
    day = datetime.timedelta(days=1)
    audits = tables["audits"].select("time", "activity", User=ACTOR).filter(col("User") != "")
    known = audits.filter((col("time") >= end - 15 * day) & (col("time") < end - day)).select("User", "activity").unique()
    return (
        audits.filter(col("time") >= end - day).join(known, on=["User", "activity"], how="anti")
        .group_by("User", "activity").agg(pl.len(), col("time").min().alias("First"))
    )


def series_counts(tables):
    start = datetime.datetime(2025, 1, 1)
    day = (col("time") - start).dt.total_days().alias("day")
    counts = tables["signins"].group_by("userPrincipalName", day).agg(pl.len().alias("n"))
    days = pl.LazyFrame({"day": range(90)}, schema={"day": pl.Int64})
    grid = counts.select("userPrincipalName").unique().join(days, how="cross")
    return (
        grid.join(counts, on=["userPrincipalName", "day"], how="left").sort("day")
        .group_by("userPrincipalName", maintain_order=True).agg(col("n").fill_null(0))
    )


def timeline(tables):
    who = "anna.aalders@lindemeer.example"
    signed_in = [pl.lit("SigninLogs"), "appDisplayName", col("status").struct.field("errorCode").cast(pl.String)]
    other = [pl.lit("AADNonInteractiveUserSignInLogs"), *signed_in[1:]]
    parts = [
        tables["audits"].filter(ACTOR == who).select("time", pl.lit("AuditLogs"), "activity", "result"),
        tables["signins"].filter(col("userPrincipalName") == who).select("time", *signed_in),
        tables["signins_other"].filter((col("kind") == "nonInteractiveUser") & (col("userPrincipalName") == who))
        .select("time", *other),
        tables["ual"].filter(col("userId") == who).select("time", pl.lit("UnifiedAuditLog"), "operation", "resultStatus"),
    ]
    names = ["time", "Source", "What", "Outcome"]
    return pl.concat([part.rename(dict(zip(part.collect_schema().names(), names))) for part in parts]).sort("time")


def count(tables):
    tables = {
        "AuditLogs": tables["audits"],
        "SigninLogs": tables["signins"],
        "AADNonInteractiveUserSignInLogs": tables["signins_other"].filter(col("kind") == "nonInteractiveUser"),
        "UnifiedAuditLog": tables["ual"],
    }
    return pl.concat([table.select(pl.lit(name).alias("Table"), pl.len()) for name, table in tables.items()])


ALL = {
    "count": count,
    "activations": activations,
    "failed-activations": failed_activations,
    "outliers": outliers,
    "outside-country": outside_country,
    "spikes-50074": spikes_50074,
    "impossible-travel": impossible_travel,
    "rare-has": rare_has,
    "expand-properties": expand_properties,
    "baseline-anti": baseline_anti,
    "series-counts": series_counts,
    "timeline": timeline,
    "take-10": lambda tables: tables["audits"].head(10),
    "start-up": lambda tables: pl.LazyFrame({"Answer": [1]}),
}


def on_day(day):
    start = datetime.datetime.fromisoformat(day)
    return (col("time") >= start) & (col("time") < start + datetime.timedelta(days=1))


def user_signins(tables, user):
    return tables["signins"].filter(col("userPrincipalName") == user).group_by("appDisplayName").agg(
        pl.len(), FAILED.sum().alias("Failed"))


def user_changes(tables, user):
    kind = col("targetResources").list.first().struct.field("type").alias("Kind")
    return tables["audits"].filter(ACTOR == user).group_by("activity", kind).agg(pl.len(), col("time").max())


def user_operations(tables, user):
    return tables["ual"].filter(col("userId") == user).group_by("workload", "operation").agg(pl.len())


def day_operations(tables, day):
    return tables["audits"].filter(on_day(day)).group_by("activity", "result").agg(pl.len())


def day_failures(tables, day):
    code = col("status").struct.field("errorCode").cast(pl.String).alias("code")
    return tables["signins"].filter(on_day(day) & FAILED).group_by(COUNTRY.alias("country"), code).agg(pl.len())


BATCH = {
    "day-failures": (day_failures, "days"),
    "day-operations": (day_operations, "days"),
    "user-changes": (user_changes, "users"),
    "user-operations": (user_operations, "users"),
    "user-signins": (user_signins, "users"),
}
