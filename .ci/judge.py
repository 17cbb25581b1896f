#!/usr/bin/env python3
"""Holds the results of run_cases.py to floors, and the page of pass rates to the results.

    judge.py CASES_FOLDER RESULTS_FOLDER            judge, and check tests/CONFORMANCE.md
    judge.py CASES_FOLDER RESULTS_FOLDER --write    judge, and write tests/CONFORMANCE.md

A case that is refused by name is no answer; one that is answered wrongly is worse. So there is a floor for
what passes and a ceiling for what is answered wrongly ("mismatch"); nothing may crash, hang or be our own fault.

The page may lag behind what passes today, but never claim more, nor other families, floors or ceilings.
"""
import json
import pathlib
import re
import sys
from dataclasses import dataclass, field


@dataclass
class Suite:
    name: str
    title: str
    about: str
    floor: float  # percent of cases that pass, at least
    ceiling: float  # percent of cases that are answered wrongly, at most
    outside: set = field(default_factory=set)  # families that the floor is not about
    families: dict = field(default_factory=dict)  # floors of single families

    def judges(self, result):
        return result["family"].split(",")[0] not in self.outside


# The floors of everything, here alone. Raise one when more holds: the judge says so.
SUITES = [
    Suite("emulator", "Documentation examples",
          "Recorded answers of the Kusto emulator for Microsoft's documentation examples: names, types and rows.",
          97.0, 0.0, {"geo", "graph", "plugin"}, {"plugin": 90.0}),
    Suite("sentinel", "Sentinel queries",
          "Public Sentinel queries checked by Microsoft's official binder: each runs, and its columns have the "
          "official names and types. *core* are those over the tables that auk fills, *wider* all others; "
          "of *free* ones not all columns are known, and *externaldata* reads a file from elsewhere.",
          98.0, 0.0, {"wider"}, {"wider": 97.0}),
    Suite("kusto_loco", "Another engine's tests",
          "Test cases of another open KQL engine: names, types and rows.",
          98.0, 0.5),
]
PAGE = pathlib.Path(__file__).parent.parent / "tests" / "CONFORMANCE.md"
HEAD = """# What passes

How much of recorded KQL auk answers rightly, by family; written by `.ci/judge.py --write`. *Refused* is what
auk says by name that it does not do; *wrong* is an answer that differs from the recorded one.
"""
# Kinds of error that no query may end in.
BROKEN = ("internal", "timeout", "protocol")
GOOD = ("pass", "approx")


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def percent(results, *outcomes):
    return 100 * sum(r["outcome"] in outcomes for r in results) / max(len(results), 1)


def is_broken(result):
    known = result["outcome"] in (*GOOD, "mismatch", "error")
    return not known or str(result.get("reason")).startswith(BROKEN)


def judge(suite, results):
    """Prints what is wrong with a suite's results; does it hold?"""
    judged = [r for r in results if suite.judges(r)]
    passed, wrong = percent(judged, *GOOD), percent(judged, "mismatch")
    broken = [r for r in results if is_broken(r)]
    good = passed >= suite.floor and wrong <= suite.ceiling and not broken
    for name, floor in suite.families.items():
        family = percent([r for r in results if r["family"].split(",")[0] == name], *GOOD)
        good = good and family >= floor
        print(f"{suite.name}, {name}: {family:.1f} % pass (floor {floor} %)")
    print(f"{suite.name}: {len(judged)} cases, {passed:.1f} % pass (floor {suite.floor} %), "
          f"{wrong:.1f} % wrong (ceiling {suite.ceiling} %): {'good' if good else 'NOT GOOD'}")
    if passed >= suite.floor + 1:
        print(f"  the floor may rise to {int(passed * 10) / 10} %")
    for r in broken:
        print(f"  broken: {r['id']}: {str(r.get('reason'))[:150]}")
    for r in results:
        if r["outcome"] == "mismatch":
            print(f"  wrong: {r['id']}: {r['reason'][:150]}")
    return good


def section(suite, results):
    """The suite's part of the page."""
    outside = f", {', '.join(sorted(suite.outside))} aside" if suite.outside else ""
    families = "".join(f", {floor:g} % of {name}" for name, floor in suite.families.items())
    out = [f"## {suite.title}", "", suite.about, "",
           f"At least {suite.floor:g} % pass{outside}{families}; at most {suite.ceiling:g} % are wrong.", "",
           "| family | cases | pass | refused | wrong | rate |", "|---|---:|---:|---:|---:|---:|"]
    families = sorted({r["family"] for r in results})
    for name in [*families, None]:
        family = [r for r in results if name in (r["family"], None)]
        passed = sum(r["outcome"] in GOOD for r in family)
        wrong = sum(r["outcome"] == "mismatch" for r in family)
        out.append(f"| {name or '*all*'} | {len(family)} | {passed} | {len(family) - passed - wrong} | {wrong} "
                   f"| {100 * passed / max(len(family), 1):.1f} % |")
    return "\n".join(out) + "\n"


def claims(page):
    """What a page says: its sentences about floors, and the rate of each family by section."""
    floors, rates, title = [], {}, ""
    for line in page.splitlines():
        if line.startswith("## "):
            title = line
        elif line.startswith("At least "):
            floors.append((title, line))
        elif match := re.match(r"\| ([^|]+) \|.*\| ([0-9.]+) % \|$", line):
            rates[title, match[1]] = float(match[2])
    return floors, rates


def stale(old, new):
    """Why a page does not hold any more."""
    (old_floors, old_rates), (floors, rates) = claims(old), claims(new)
    if old_floors != floors:
        yield "it has other floors"
    if old_rates.keys() != rates.keys():
        yield "it has other families"
    for (title, name), rate in old_rates.items():
        if rate > rates.get((title, name), rate):
            yield f"{title.strip('# ')}, {name}: it says {rate} %, and {rates[title, name]} % pass"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--write"]
    cases, folder = map(pathlib.Path, arguments)
    results = {}
    for suite in SUITES:
        if (cases / f"{suite.name}.dev.jsonl").exists():
            results[suite.name] = lines(folder / f"{suite.name}.jsonl")
    judged = [suite for suite in SUITES if suite.name in results]
    good = [judge(suite, results[suite.name]) for suite in judged]
    page = "\n".join([HEAD, *(section(suite, results[suite.name]) for suite in judged)])
    if "--write" in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
        return 0 if all(good) else 1
    reasons = list(stale(PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", page))
    for reason in reasons:
        print(f"{PAGE.name} is stale ({reason}): run judge.py --write")
    return 0 if all(good) and not reasons else 1


if __name__ == "__main__":
    sys.exit(main())
