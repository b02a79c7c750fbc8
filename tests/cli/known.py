"""Laying an answer beside a file of known answers: counts every number compared."""
import csv
import math

from tap import ok, shared

compared = 0


def rows_of(path):
    """The rows of a known file, or None in a stranger's clone."""
    full = shared(path)
    if full is None:
        return None
    with open(full, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def value(text):
    """A cell of a known file as JSON would hold it."""
    if text in ("NA", "NaN", ""):
        return None
    if text in ("Inf", "-Inf"):
        return text
    try:
        return float(text)
    except ValueError:
        return text


def same(got, wanted, tolerance):
    if isinstance(got, (int, float)) and isinstance(wanted, (int, float)):
        return math.isfinite(got) and abs(got - wanted) <= tolerance * max(abs(wanted), 1e-3)
    return got == wanted


def differences(got, wanted, tolerance, columns=None, skip=()):
    """Rows of the answer against rows of the known file, column by column, in order."""
    global compared
    bad = []
    if len(got) != len(wanted):
        bad.append(f"{len(got)} rows, wanted {len(wanted)}")
    for k, (g, w) in enumerate(zip(got, wanted)):
        for column in columns or w:
            if column in skip:
                continue
            compared += 1
            limit = tolerance.get(column, tolerance[None]) if isinstance(tolerance, dict) else tolerance
            if column not in g:
                bad.append(f"row {k}: no column {column}")
            elif not same(g[column], value(w[column]), limit):
                bad.append(f"row {k} {column}: got {g[column]!r}, wanted {w[column]}")
    return bad


def check(got, wanted, tolerance, name, columns=None, skip=()):
    bad = differences(got, wanted, tolerance, columns, skip)
    return ok(not bad, f"{name} ({len(wanted)} rows)", "\n".join(bad[:12]))


def report():
    print(f"# {compared} numbers compared", flush=True)
