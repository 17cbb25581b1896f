"""auk alone at growing sizes: time and memory, and the exponent of their growth.

An exponent of 1 says that twice the records take twice the time; it is the slope of a line through the logarithms.
"""

import json
import math
import shutil
import statistics
import subprocess
import sys
import time

from . import contestants, machine, report
from peers import files

QUERIES = ["activations", "impossible-travel", "expand-properties", "rare-has", "timeline", "take-10"]
# Bytes on disk for each record: exports, the lake, and some room.
EXPORTS, LAKE = 1900, 200
# Where the disk has no room for all exports, so many records are made and read in at a time.
STEP = 10_000_000


def exponent(points):
    """The slope through (records, figure)."""
    points = [(math.log(x), math.log(y)) for x, y in points if y > 0]
    if len(points) < 2:
        return None
    mean_x, mean_y = (statistics.mean(axis) for axis in zip(*points))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def at(args, folder, rows):
    """Figures at one size: name → (seconds, memory)."""
    print(f"{rows:,} records", file=sys.stderr)
    exports, store = folder / "exports", folder / "auk"
    store.mkdir()
    auk = contestants.Auk(args.auk, exports, store)
    figures = {"ingest": ingest(args, auk, exports, rows, step(rows, folder))}
    for name in QUERIES:
        talk = auk.batch()
        request = {"id": name, "kql": files.text(name, "kql")}
        taken = []
        for _ in range(args.runs + 1):
            started = time.perf_counter()
            answer = talk.ask(request)
            taken.append(time.perf_counter() - started)
        memory = talk.close()
        failed = {} if answer.get("ok") else {"error": str(answer.get("error"))}
        figures[name] = {"seconds": statistics.median(taken[1:]), "memory": memory, **failed}
    figures["auk run, all analyses"] = auk.command("run", *analyses(auk), "--lake", auk.lake)
    figures["lake on disk"] = {"size": machine.size(auk.lake)}
    shutil.rmtree(store)
    return figures


def step(rows, folder):
    """Records whose exports are made at a time."""
    return rows if machine.free(folder) > rows * (EXPORTS + LAKE) else STEP


def ingest(args, auk, exports, rows, step):
    """Time of all runs, memory of the largest; each step is a tenant of its own."""
    seconds, memory = 0, 0
    for seed, done in enumerate(range(0, rows, step), start=1):
        command = [args.auk, "generate", "--rows", str(min(step, rows - done)), "--seed", str(seed), "--shares", args.shares]
        subprocess.run([*command, "--out", exports], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = auk.command("ingest", exports, "--lake", auk.lake)
        shutil.rmtree(exports)
        if "error" in took:
            return took
        seconds, memory = seconds + took["seconds"], max(memory, took["memory"])
    return {"seconds": seconds, "memory": memory}


def analyses(auk):
    return [row["Name"] for row in json.loads(auk.command("list", "--format", "json", read=True)["text"])]


def measure(args, folder):
    sizes = [int(float(size) * 1_000_000) for size in args.growth.split(",")]
    measured, notes = {}, []
    for rows in sizes:
        room = min(rows, STEP) * EXPORTS + rows * LAKE
        if machine.free(folder) < room:
            notes.append(f"{rows:,} records need about {report.size(room)} of disk, there are "
                         f"{report.size(machine.free(folder))}: not measured.")
            continue
        if step(rows, folder) < rows:
            notes.append(f"{rows:,} records did not fit on the disk as exports: they were made and read in as "
                         f"{math.ceil(rows / STEP)} tenants, one after the other, into one lake.")
        measured[rows] = at(args, folder, rows)
    names = list(next(iter(measured.values()), {}))
    rows = [row(name, measured) for name in names]
    header = ["", *(f"{size:,}" for size in measured), "time grows as", "memory grows as"]
    about = machine.about()
    text = f"Queries: medians of {args.runs}; ingest and all analyses: one run. {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB.\n\n"
    page = text + report.table(header, rows) + "".join(f"\n\n{note}" for note in notes)
    return page, [{"name": name, "at": {size: figures[name] for size, figures in measured.items()}} for name in names]


def row(name, measured):
    def cell(figures):
        if "error" in figures:
            return figures["error"][:80]
        return report.cell(figures) if "seconds" in figures else report.size(figures["size"])

    def grows(what):
        slope = exponent([(size, figures[name][what]) for size, figures in measured.items() if what in figures[name]])
        return "—" if slope is None else f"n^{slope:.2f}"

    return [name, *(cell(figures[name]) for figures in measured.values()), grows("seconds"), grows("memory")]
