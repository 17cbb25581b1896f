"""One form for the answers of all contestants, so that they can be compared.

Types are those that auk states for its columns. A text is never null; times are compared to the microsecond, since
that is as fine as some peers are; reals to nine digits. Rows are compared as a multiset, a query that sorts too: what
ties on its keys may stand either way.
"""

import json
from collections import Counter


def time(value):
    """`2025-03-31T23:10:13.942296`, whatever the separator, zone mark and digits."""
    if value is None:
        return None
    text = str(value).replace(" ", "T").removesuffix("Z").removesuffix("+00:00")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{(fraction + '000000')[:6]}"


def plain(value):
    """A dynamic value: numbers as numbers, however they were written."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def cell(value, kind):
    if kind == "string":
        return "" if value is None else str(value)
    if value is None:
        return "null"
    if kind == "datetime":
        return time(value)
    if kind in ("int", "long"):
        return str(int(value))
    if kind in ("real", "decimal"):
        return f"{float(value):.9g}"
    if kind == "bool":
        return str(value).lower()
    return json.dumps(plain(json.loads(value) if isinstance(value, str) else value), sort_keys=True)


def canonical(rows, kinds):
    return Counter(tuple(cell(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows)


def difference(ours, theirs, kinds):
    """What a contestant answers otherwise than auk, in one line; None when nothing."""
    try:
        ours, theirs = canonical(ours, kinds), canonical(theirs, kinds)
    except (ValueError, TypeError) as error:
        return f"answers in another form: {error}"
    more, less = theirs - ours, ours - theirs
    if not more and not less:
        return None
    parts = [f"{sum(ours.values())} rows of auk, {sum(theirs.values())} here"]
    for what, rows in (("only auk has", less), ("only here", more)):
        if rows:
            parts.append(f"{what} {sum(rows.values())}, such as {min(rows)}")
    return "; ".join(parts)[:500]
