"""The workloads: what each contestant does, whether the answers agree, how long it takes.

Order of a workload: every contestant answers once, in a process of its own (that also warms it); who cannot, or
answers otherwise than auk, is named and leaves; the rest take turns, beginning with another one each time.
"""

import json
import shutil
import statistics
import sys

from . import answers, contestants, machine
from peers import files, shape

QUERIES = {
    "count": "records of each table",
    "activations": "activations by user and role",
    "failed-activations": "failed activations",
    "outliers": "weeks with far more activations",
    "outside-country": "sign-ins outside the country",
    "spikes-50074": "50074 spikes in 24 h",
    "impossible-travel": "impossible travel",
    "rare-has": "a rare `has` over a dynamic column",
    "expand-properties": "`mv-expand` of modifiedProperties",
    "expand-parse-json": "the same by `parse_json(tostring(…))`",
    "baseline-anti": "14-day baseline, `leftanti`",
    "series-counts": "`make-series` per user",
    "series-anomalies": "and `series_decompose_anomalies`",
    "timeline": "one user in all tables",
    "take-10": "`take 10`",
}
INGESTS = {"ingest-graph": "graph", "ingest-ndjson": "ndjson", "ingest-ual": "ual"}
TITLES = {
    "ingest-graph": "ingest: Graph pages",
    "ingest-ndjson": "ingest: NDJSON",
    "ingest-ual": "ingest: UAL CSV",
    "raw-activations": "raw files to first answer",
    "raw-folder": "`auk run --from` of the whole folder",
    **QUERIES,
    "batch-100": "100 queries in one process",
    "library-each": "all analyses, one `auk run` each",
    "library": "all analyses, one `auk run`",
    "start-up": "start-up and `print 1`",
}
NAMES = list(TITLES)


class Run:
    def __init__(self, args, exports, here):
        self.args, self.exports, self.here = args, exports, here
        self.auk, self.peers = here[0], here[1:]
        self.stored = False

    def workload(self, name):
        print(name, file=sys.stderr)
        if name in INGESTS:
            result = self.ingest(INGESTS[name])
        elif name == "raw-activations":
            result = self.raw()
        elif name == "start-up":
            result = self.start_up()
        else:
            self.store()
            if name == "raw-folder":
                result = self.alone(lambda: self.from_raw(["run", "pim/activations", "--from", self.exports]))
            elif name == "batch-100":
                result = self.batch()
            elif name in ("library", "library-each"):
                result = self.library(each=name == "library-each")
            else:
                result = self.query(name)
        return {"name": name, "title": TITLES[name], **result}

    # Shared steps

    def turns(self, runs, contenders, once):
        """What each contender took, `seconds` and `processor`, in turns; one that fails now is out."""
        taken = {one.name: [] for one in contenders}
        for turn in range(runs):
            shift = turn % len(contenders) if contenders else 0
            for one in contenders[shift:] + contenders[:shift]:
                taken[one.name].append(once(one))
        return {name: all_ for name, all_ in taken.items() if all("seconds" in each for each in all_)}

    def cells(self, taken, more):
        """Medians of what was taken."""
        cells = {}
        for name, runs in taken.items():
            cells[name] = {
                what: statistics.median(run[what] for run in runs) for what in ("seconds", "processor") if runs
            }
            cells[name].update(more.get(name, {}), all=[[run["seconds"], run["processor"]] for run in runs])
        return {name: figures for name, figures in cells.items() if figures["all"]}

    # Ingest, and the stores that the queries run over

    def ingest(self, kind):
        patterns = [pattern for _, pattern, _ in shape.KINDS[kind]]
        paths = self.auk.files(patterns)
        machine.read_all(paths)
        notes, more = {}, {}
        peers = [peer for peer in self.peers if peer.name != "duckdb-kql"]
        if len(peers) < len(self.peers):
            notes["duckdb-kql"] = "reads no exports itself"

        def once(one):
            if one is self.auk:
                lake = one.store / f"lake-{kind}"
                done = one.ingest(patterns, lake)
                done["size"] = machine.size(lake)
                shutil.rmtree(lake, ignore_errors=True)
            else:
                store = one.store / "one"
                store.mkdir()
                talk = one.talk(store)
                done = talk.ask({"do": "ingest", "kind": kind})
                done["memory"] = talk.close()
                shutil.rmtree(store, ignore_errors=True)
            if "error" in done:
                notes[one.name] = done["error"]
                return done
            figures = more.setdefault(one.name, {"memory": 0, "size": done["size"]})
            figures["memory"] = max(figures["memory"], done["memory"])
            return done

        taken = self.turns(self.args.ingest_runs, [self.auk, *peers], once)
        return {"cells": self.cells(taken, more), "notes": notes, "bytes": sum(path.stat().st_size for path in paths)}

    def store(self):
        """Everything read in by everybody, once."""
        if self.stored:
            return
        self.stored = True
        print("reading everything in", file=sys.stderr)
        done = self.auk.command("ingest", self.exports, "--lake", self.auk.lake)
        if "error" in done and not self.auk.lake.exists():
            sys.exit(done["error"])
        for peer in self.peers:
            talk = peer.talk()
            kinds = ["all"] if peer.name == "duckdb-kql" else [kind for kind in shape.KINDS]
            for kind in kinds:
                done = talk.ask({"do": "ingest", "kind": kind})
                if "error" in done:
                    print(f"{peer.name}: {kind}: {done['error']}", file=sys.stderr)
            talk.close()

    # Queries

    def query(self, name):
        text = files.text(name, "kql")
        auk = self.auk.batch()
        talks = {peer.name: peer.talk() for peer in self.peers}
        request = {"id": name, "kql": text}
        ours = auk.ask(request)
        notes, wrong = {}, False
        if not ours.get("ok"):
            error = ours.get("error")
            notes[self.auk.name] = error.get("message", "") if isinstance(error, dict) else str(error)
        contenders = [] if notes else [self.auk]
        for peer in self.peers:
            theirs = talks[peer.name].ask({"do": "query", "name": name, "rows": True})
            note = theirs.get("error") or (not notes.get("auk") and self.judged(name, ours, theirs["rows"])) or None
            if note:
                notes[peer.name] = note
                wrong |= "error" not in theirs and peer.name != "duckdb-kql"
            else:
                contenders.append(peer)

        def once(one):
            if one is self.auk:
                return auk.timed(lambda: auk.ask(request))
            return talks[one.name].ask({"do": "query", "name": name})

        taken = self.turns(self.args.runs, contenders, once)
        more = {self.auk.name: {"memory": auk.close()}}
        more.update({peer: {"memory": talk.close()} for peer, talk in talks.items()})
        return {"cells": self.cells(taken, more), "notes": notes, "wrong": wrong, "rows": len(ours.get("rows", []))}

    def judged(self, name, ours, theirs):
        """What is wrong with a peer's answer. Of `take` only the number of rows is fixed."""
        if name == "take-10":
            return None if len(ours["rows"]) == len(theirs) else f"{len(theirs)} rows"
        return answers.difference(ours["rows"], theirs, [kind for _, kind in ours["columns"]])

    def batch(self):
        auk = self.auk.batch()
        top = "SigninLogs | summarize n = count() by u = UserPrincipalName | sort by n, u | take 20 | project u"
        users = [user for user, in auk.ask({"id": "users", "kql": top})["rows"]]
        days = [f"2025-{1 + i // 7:02}-{2 + 4 * (i % 7):02}" for i in range(20)]
        requests = [{"id": str(i), "kql": text} for i, text in enumerate(files.batch("kql", users, days))]
        talks = {peer.name: peer.talk() for peer in self.peers}

        def all_of_auk():
            auk.send(*requests)
            return [json.loads(line) for line in auk.lines(len(requests))]

        ours = all_of_auk()
        notes, wrong, contenders = {}, False, [self.auk]
        failed = next((mine for mine in ours if not mine.get("ok")), None)
        if failed:
            notes[self.auk.name], contenders = str(failed.get("error")), []
        ask = {"do": "batch", "users": users, "days": days}
        for peer in self.peers:
            theirs = talks[peer.name].ask({**ask, "rows": True})
            note = theirs.get("error")
            for request, mine, other in zip(requests, ours, theirs.get("rows", [])):
                note = note or (not mine.get("ok") and "auk has no answer to compare with")
                found = None if note else answers.difference(mine["rows"], other, [kind for _, kind in mine["columns"]])
                note = note or (found and f"query {request['id']}: {found}")
            if note:
                notes[peer.name] = note
                wrong |= "error" not in theirs and peer.name != "duckdb-kql"
            else:
                contenders.append(peer)

        def once(one):
            if one is self.auk:
                return auk.timed(all_of_auk)
            return talks[one.name].ask(ask)

        taken = self.turns(self.args.runs, contenders, once)
        more = {self.auk.name: {"memory": auk.close()}}
        more.update({peer: {"memory": talk.close()} for peer, talk in talks.items()})
        return {"cells": self.cells(taken, more), "notes": notes, "wrong": wrong, "queries": len(requests)}

    # Whole processes

    def from_raw(self, command, read=False):
        """auk over exports, with a cache that knows nothing yet."""
        cache = self.auk.store / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        done = self.auk.command(*command, "--format", "json", environment={"XDG_CACHE_HOME": str(cache)}, read=read)
        shutil.rmtree(cache, ignore_errors=True)
        return done

    def raw(self):
        """The same question over the directory audits as they were exported."""
        _, pattern, _ = shape.KINDS["graph"][0]
        paths = self.auk.files([pattern])
        machine.read_all(paths)
        froms = [part for path in paths for part in ("--from", path)]
        command = ["query", "-f", files.WORKLOADS / "activations.kql", *froms]
        more, notes, wrong = {}, {}, False
        ours = self.from_raw(command, read=True)
        if "error" in ours:
            return {"cells": {}, "notes": {self.auk.name: ours["error"]}}
        rows = [list(row.values()) for row in json.loads(ours["text"])]
        contenders = [self.auk]
        for peer in self.peers:
            talk = peer.talk()
            theirs = talk.ask({"do": "raw", "rows": True})
            talk.close()
            kinds = ["string", "string", "long", "datetime", "datetime"]
            note = theirs.get("error") or answers.difference(rows, theirs["rows"], kinds)
            if note:
                notes[peer.name] = "reads no exports itself" if peer.name == "duckdb-kql" else note
                wrong |= "error" not in theirs
            else:
                contenders.append(peer)

        def once(one):
            if one is self.auk:
                done = self.from_raw(command)
            else:
                talk = one.talk()
                done = talk.ask({"do": "raw"})
                done["memory"] = talk.close()
            held = more.setdefault(one.name, {"memory": 0})
            held["memory"] = max(held["memory"], done.get("memory", 0))
            return done

        taken = self.turns(self.args.ingest_runs, contenders, once)
        size = sum(path.stat().st_size for path in paths)
        return {"cells": self.cells(taken, more), "notes": notes, "wrong": wrong, "bytes": size}

    def alone(self, work):
        """What only auk does."""
        done = [work() for _ in range(self.args.ingest_runs)]
        failed = next((each["error"] for each in done if "error" in each), None)
        if failed:
            return {"cells": {}, "notes": {self.auk.name: failed}}
        more = {self.auk.name: {"memory": max(each["memory"] for each in done)}}
        return {"cells": self.cells({self.auk.name: done}, more), "notes": {}}

    def library(self, each):
        listed = self.auk.command("run", "--all", "--summary", "--format", "json", "--lake", self.auk.lake, read=True)
        if "error" in listed:
            return {"cells": {}, "notes": {self.auk.name: listed["error"]}}
        # One without its tables is not run, and alone that is an error.
        analyses = json.loads(listed["text"])["analyses"]
        names = [one["name"] for one in analyses if one["status"] != "not run"]

        def one_by_one():
            done = [self.auk.command("run", name, "--lake", self.auk.lake) for name in names]
            failed = next((one for one in done if "error" in one), None)
            if failed:
                return failed
            total = {what: sum(one[what] for one in done) for what in ("seconds", "processor")}
            return {**total, "memory": max(one["memory"] for one in done)}

        result = self.alone(one_by_one if each else lambda: self.auk.command("run", *names, "--lake", self.auk.lake))
        return {**result, "analyses": len(names)}

    def start_up(self):
        """No memory: that of the harness, with which a process begins, is more."""

        def once(one):
            if one is self.auk:
                return one.command("query", "-f", files.WORKLOADS / "start-up.kql")
            return one.process({"do": "query", "name": "start-up"})

        for one in self.here:
            once(one)
        return {"cells": self.cells(self.turns(max(self.args.runs, 5), self.here, once), {}), "notes": {}}
