#!/usr/bin/env python3
"""auk beside its peers: the same questions over the same files, the same answers, then the times.

    benches/compare.py                       10,000,000 records, all peers (installed into a folder of its own)
    benches/compare.py --rows 200000 --runs 3 --only timeline,rare-has
    benches/compare.py --smoke               some thousand records, whatever peers are there already
    benches/compare.py --growth              auk alone at 1, 3, 10 and 30 million records

README.md beside this file says what is measured. Needs Python 3.11 and nothing else; without peers auk is measured
alone.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import contestants, growth, machine, measure, report  # noqa: E402


def arguments():
    summary, _, examples = __doc__.partition("\n\n")
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=summary, epilog=examples, formatter_class=form)
    target = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
    parser.add_argument("--rows", type=int, default=10_000_000, help="how many records")
    parser.add_argument("--shares", default="50,40,10", help="percent of audits, sign-ins, unified audit log")
    parser.add_argument("--runs", type=int, default=5, help="figures are medians of so many runs, after one for warmth")
    parser.add_argument("--ingest-runs", type=int, default=3, help="the same for ingest and other work on raw files")
    parser.add_argument("--only", default="", metavar="A,B", help="these workloads only")
    parser.add_argument("--peers", default=None, metavar="A,B", help="these peers only; '' for auk alone")
    parser.add_argument("--exports", type=Path, help="measure over these exports of `auk generate`, do not write any")
    parser.add_argument("--dir", type=Path, default=target / "compare", help="where data and peers are kept")
    parser.add_argument("--keep", action="store_true", help="keep the exports for the next time")
    parser.add_argument("--auk", type=Path, default=None, help="the binary [default: $AUK, else that of cargo build --release]")
    parser.add_argument("--no-install", action="store_true", help="use the peers that are installed, install none")
    parser.add_argument("--smoke", action="store_true", help="4,000 records, one run, nothing installed: does it work?")
    parser.add_argument("--growth", nargs="?", const="1,3,10,30", metavar="MILLIONS", help="auk alone at these sizes")
    parser.add_argument("--write", action="store_true", help="put the results into README.md, between its markers")
    parser.add_argument("--processor", action="store_true", help="show processor time, all threads together: for a busy machine")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    args = parser.parse_args()
    args.auk = args.auk or Path(os.environ.get("AUK", target / "release" / "auk"))
    if args.smoke:
        args.rows, args.runs, args.ingest_runs, args.no_install = 4_000, 1, 1, True
    return args


def generate(args, folder):
    """The exports to measure over."""
    if args.exports:
        return args.exports
    exports = folder / "exports"
    if not exports.is_dir():
        print(f"generating {args.rows:,} records", file=sys.stderr)
        partial = folder / "exports.partial"
        shutil.rmtree(partial, ignore_errors=True)
        command = [args.auk, "generate", "--rows", str(args.rows), "--shares", args.shares, "--out", partial]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        partial.rename(exports)
    return exports


def compare(args, folder):
    exports = generate(args, folder)
    here = contestants.all_of(args, exports, folder)
    wanted = [name for name in args.only.split(",") if name]
    unknown = set(wanted) - set(measure.NAMES)
    if unknown:
        sys.exit(f"no workload {', '.join(sorted(unknown))}; there are: {', '.join(measure.NAMES)}")
    run = measure.Run(args, exports, here)
    results = []
    for name in measure.NAMES:
        if not wanted or name in wanted:
            results.append(run.workload(name))
            figures(args, results)
    return report.page(args, exports, here, results), results


def figures(args, results):
    """Every figure so far, so that a long run that is ended has not been for nothing."""
    if args.json:
        args.json.write_text(json.dumps({"machine": machine.about(), "results": results}, indent=1, default=str) + "\n")


def main():
    args = arguments()
    if not args.auk.exists():
        sys.exit(f"{args.auk}: no such binary; build it with cargo build --release, or give --auk")
    args.auk = args.auk.resolve()
    folder = (args.dir / (f"growth-{os.getpid()}" if args.growth else f"{args.rows}-{args.shares.replace(',', '-')}")).resolve()
    if args.smoke:
        folder = folder.with_name(f"smoke-{os.getpid()}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "stores", ignore_errors=True)
    try:
        if args.growth:
            page, results = growth.measure(args, folder)
        else:
            page, results = compare(args, folder)
    finally:
        forgotten = folder / "stores" if args.keep and not args.smoke and not args.growth else folder
        shutil.rmtree(forgotten, ignore_errors=True)
    print(page)
    figures(args, results)
    if args.write:
        report.write(HERE / "README.md", page, "growth" if args.growth else "compare")
    if args.smoke:
        failed = [result["name"] for result in results if result.get("wrong") or contestants.AUK not in result["cells"]]
        if failed:
            sys.exit(f"auk failed, or a peer answered otherwise: {', '.join(failed)}")


if __name__ == "__main__":
    main()
