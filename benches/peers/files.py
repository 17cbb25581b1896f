"""Where the texts of the workloads are."""

from pathlib import Path

WORKLOADS = Path(__file__).resolve().parent.parent / "workloads"

# A peer that has typed columns has no text to parse: the question is the same, and so is its query.
SAME = {"expand-parse-json": "expand-properties"}


def text(name, ending):
    """The text of a workload, or None when there is none for this contestant."""
    if ending != "kql":
        name = SAME.get(name, name)
    path = WORKLOADS / f"{name}.{ending}"
    return path.read_text() if path.exists() else None


def batch(ending, users, days):
    """A hundred different queries: each text of batch/ for twenty users or days."""
    names = sorted(path.stem for path in (WORKLOADS / "batch").glob("*.kql"))
    for name in names:
        body = (WORKLOADS / "batch" / f"{name}.{ending}").read_text()
        what, values = ("{user}", users) if "{user}" in body else ("{day}", days)
        yield from (body.replace(what, value) for value in values)


def size(folder):
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
