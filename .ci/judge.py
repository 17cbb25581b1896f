#!/usr/bin/env python3
"""Holds the results of run_cases.py to floors: judge.py CASES_FOLDER RESULTS_FOLDER.

A case that is refused by name is no answer; one that is answered wrongly is worse. So there is a floor for
what passes and a ceiling for what is answered wrongly ("mismatch").
"""
import json
import pathlib
import sys

FLOORS = {"emulator": 55.0, "sentinel": 70.0}
MISMATCHES = 1.0
OUTSIDE = {"geo", "graph", "plugin"}


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def main():
    cases, results = map(pathlib.Path, sys.argv[1:3])
    failed = False
    for name, floor in FLOORS.items():
        known = {case["id"]: case for case in lines(cases / f"{name}.dev.jsonl")}
        judged = lines(results / f"{name}.jsonl")
        if name == "emulator":
            judged = [r for r in judged if r["family"] not in OUTSIDE]
        else:
            judged = [r for r in judged if known[r["id"]].get("core")]
        total = max(len(judged), 1)
        passed = 100 * sum(r["outcome"] in ("pass", "approx") for r in judged) / total
        wrong = 100 * sum(r["outcome"] == "mismatch" for r in judged) / total
        good = passed >= floor and wrong <= MISMATCHES
        failed |= not good
        print(f"{name}: {len(judged)} cases, {passed:.1f} % pass (floor {floor} %), "
              f"{wrong:.1f} % wrong (ceiling {MISMATCHES} %): {'good' if good else 'NOT GOOD'}")
        for r in judged:
            if r["outcome"] == "mismatch":
                print(f"  wrong: {r['id']}: {r['reason'][:150]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
