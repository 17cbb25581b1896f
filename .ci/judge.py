#!/usr/bin/env python3
"""Holds the results of run_cases.py to floors: judge.py CASES_FOLDER RESULTS_FOLDER.

A case that is refused by name is no answer; one that is answered wrongly is worse. So there is a floor for
what passes and a ceiling for what is answered wrongly ("mismatch"); nothing may crash, hang or be our own fault.
"""
import json
import pathlib
import sys

FLOORS = {"emulator": 90.0, "sentinel": 92.0}
MISMATCHES = 1.0
OUTSIDE = {"geo", "graph", "plugin"}
# Kinds of error that no query may end in.
BROKEN = ("internal", "timeout", "protocol")


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def main():
    cases, results = map(pathlib.Path, sys.argv[1:3])
    failed = False

    def results_of(name):
        return lines(results / f"{name}.jsonl")

    for name, floor in FLOORS.items():
        known = {case["id"]: case for case in lines(cases / f"{name}.dev.jsonl")}
        judged = results_of(name)
        if name == "emulator":
            judged = [r for r in judged if r["family"] not in OUTSIDE]
        else:
            judged = [r for r in judged if known[r["id"]].get("core")]
        total = max(len(judged), 1)
        passed = 100 * sum(r["outcome"] in ("pass", "approx") for r in judged) / total
        wrong = 100 * sum(r["outcome"] == "mismatch" for r in judged) / total
        broken = [r for r in results_of(name) if r["outcome"] not in ("pass", "approx", "mismatch", "error")
                  or str(r.get("reason")).startswith(BROKEN)]
        good = passed >= floor and wrong <= MISMATCHES and not broken
        failed |= not good
        print(f"{name}: {len(judged)} cases, {passed:.1f} % pass (floor {floor} %), "
              f"{wrong:.1f} % wrong (ceiling {MISMATCHES} %): {'good' if good else 'NOT GOOD'}")
        for r in broken:
            print(f"  broken: {r['id']}: {str(r.get('reason'))[:150]}")
        for r in judged:
            if r["outcome"] == "mismatch":
                print(f"  wrong: {r['id']}: {r['reason'][:150]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
