"""The figures as Markdown."""

from . import machine


def seconds(value):
    if value < 1:
        return f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def size(value):
    return f"{value / 1e9:.1f} GB" if value >= 1e9 else f"{value / 1e6:.0f} MB"


def cell(figures, what="seconds"):
    if not figures:
        return "—"
    parts = [seconds(figures[what])]
    parts += [size(figures["memory"])] if figures.get("memory") else []
    parts += [f"{size(figures['size'])} on disk"] if figures.get("size") else []
    return ", ".join(parts)


def ratio(cells, what):
    """auk : best peer. Below 1, auk is the faster one."""
    ours = cells.get("auk")
    peers = {name: figures for name, figures in cells.items() if name != "auk"}
    if not ours or not peers:
        return "—"
    best = min(peers, key=lambda name: peers[name][what])
    return f"{ours[what] / max(peers[best][what], 1e-6):.2f} ({best})"


def memory_ratio(cells):
    ours = cells.get("auk", {}).get("memory")
    peers = {name: figures["memory"] for name, figures in cells.items() if name != "auk" and figures.get("memory")}
    if not ours or not peers:
        return "—"
    best = min(peers, key=peers.get)
    return f"{ours / peers[best]:.2f} ({best})"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(str(each).replace("|", "\\|") for each in row) + " |" for row in rows])


def page(args, exports, here, results):
    about = machine.about()
    names = [one.name for one in here]
    beside = len(names) > 1
    what = "processor" if args.processor else "seconds"
    rows = [
        [result["title"], *(cell(result["cells"].get(name), what) for name in names),
         *([ratio(result["cells"], what), memory_ratio(result["cells"])] if beside else [])]
        for result in results
    ]
    ratios = [f"{'processor' if args.processor else 'time'}, auk : best peer", "memory, auk : best peer"]
    records = f"`{exports.name}`" if args.exports else f"{args.rows:,} records (shares {args.shares})"
    lines = [
        f"{records}, {size(machine.size(exports))} of exports; {'processor time, ' if args.processor else ''}"
        f"medians of {args.runs}, of {args.ingest_runs} for raw files. "
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, {about['system']}, "
        f"load {about['load']} at the end.",
        "",
        "Versions: " + ", ".join(f"{one.name} {one.said}" for one in here) + ".",
        "",
        table(["workload", *names, *(ratios if beside else [])], rows),
    ]
    notes = [
        f"- {result['title']}: {name}: {' '.join(note.split())[:300]}"
        for result in results for name, note in result.get("notes", {}).items()
    ]
    if notes:
        lines += ["", "Not timed, and why:", "", *notes]
    return "\n".join(lines)


def write(path, page, block):
    """Replaces what stands between two markers of a file."""
    text = path.read_text()
    first, last = f"<!-- {block}: begin -->", f"<!-- {block}: end -->"
    before, rest = text.split(first, 1)
    _, after = rest.split(last, 1)
    path.write_text(f"{before}{first}\n\n{page}\n\n{last}{after}")
