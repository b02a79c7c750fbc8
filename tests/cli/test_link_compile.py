#!/usr/bin/env python3
"""link compile: the SQL gives what study link gives, pair by pair: the same pairs, the same level in every
column, the same weight. On PostgreSQL and DuckDB where they are installed. Spark is not run: its text is a golden file,
parsed by its grammar, and run on DuckDB with its functions renamed."""
import csv
import json
import os
import random
import re
import subprocess

import sql_engines
import sql_people
from tap import SOURCE, done, equal, ok, refused, run, skip, temp_dir

DATA = os.path.join(SOURCE, "tests/data/linkage")
EXAMPLES = os.path.join(SOURCE, "tests/data/examples")
SANITIZED = os.environ.get("THROUGHLINE_SANITIZED") == "1"
ALL_PAIRS = ("--pairs-from", "-9999")
# study link writes four decimals of a 32-bit sum: half of the last one, and the sum's own last bits
TOLERANCE = 6e-5

FEBRL = {"given_name": "given_name", "surname": "family_name", "street_number": "code", "address_1": "address",
         "address_2": "address", "suburb": "place", "postcode": "postcode", "state": "code",
         "date_of_birth": "date", "soc_sec_id": "identifier"}
MADE = {"first_name": "given_name", "surname": "family_name", "dob": "date", "postcode": "postcode",
        "city": "place", "nationality": "nationality"}


def write_spec(d, columns, ident="id", **more):
    path = os.path.join(d, "spec.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"id": ident, "columns": columns, **more}, f)
    return path


def write_people(d, header, rows, name="people.csv"):
    path = os.path.join(d, name)
    with open(path, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f)
        w.writerow(header)
        w.writerows(rows)
    return path


def need(r):
    if r.returncode != 0:
        raise RuntimeError(" ".join(r.args) + "\n" + r.stderr)


def link(d, people, spec, model=None):
    """The pairs of study link, of the run that trains a model or of one that uses one."""
    out, pairs = os.path.join(d, "clusters.csv"), os.path.join(d, "pairs.csv")
    model_file = os.path.join(d, "model.json")
    how = ("--use-model", model) if model else ("--model", model_file)
    need(run("study", "link", people, "--spec", spec, "--out", out, "--pairs", pairs, *ALL_PAIRS, *how,
             "--quiet"))
    with open(pairs, newline="", encoding="utf-8") as f:
        return list(csv.reader(f)), model or model_file


def compiled(d, dialect, model, spec, people, prepare_with=None, *more):
    prepared, script = os.path.join(d, "prepared.csv"), os.path.join(d, dialect + ".sql")
    need(run("link", "prepare", people, "--spec", prepare_with or spec, "--out", prepared, "--quiet"))
    args = ("--spec", spec) if spec else ()
    need(run("link", "compile", "--to", dialect, "--model", model, *args, "--prepared", prepared, *ALL_PAIRS,
             "--out", script, *more))
    return script


def difference(got, wanted):
    """None, or the first thing in which two tables of pairs differ; and the largest difference of weights."""
    if got[0] != wanted[0]:
        return f"columns {got[0]} and {wanted[0]}", 0.0
    have = {(r[0], r[1]): r for r in got[1:]}
    want = {(r[0], r[1]): r for r in wanted[1:]}
    if len(have) != len(got) - 1 or have.keys() != want.keys():
        return f"{len(have.keys() - want.keys())} pairs too many, {len(want.keys() - have.keys())} missing", 0.0
    most = 0.0
    for k, w in want.items():
        if have[k][4:] != w[4:]:
            return f"levels {have[k][4:]} and {w[4:]}", most
        most = max(most, abs(float(have[k][2]) - float(w[2])))
        if abs(float(have[k][3]) - float(w[3])) > 1e-4:
            return f"probabilities {have[k][3]} and {w[3]}", most
    return (f"weights differ by up to {most}" if most > TOLERANCE else None), most


def without_last(d, people):
    """The same records but one: on those that it was trained on a model takes their own frequencies."""
    out = os.path.join(d, "other-people.csv")
    with open(people, newline="", encoding="utf-8-sig") as f:
        rows = list(csv.reader(f))
    with open(out, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows[:-1])
    return out


levels_met = {}


def note_levels(columns, table):
    for i, name in enumerate(table[0][4:]):
        kind = columns.get(name, "full_name" if name not in columns else None)
        if isinstance(kind, dict):
            kind = kind["type"]
        if name.endswith(" (given)") or name.endswith(" (family)"):
            kind = "given_name" if name.endswith("(given)") else "family_name"
        levels_met.setdefault(kind, set()).update(int(r[4 + i]) for r in table[1:])


def spark_on_duckdb(d, engine, model, spec, people, how):
    """Spark's text with its functions renamed to DuckDB's: what it computes, though not that Spark computes it."""
    script = compiled(d, "spark", model, spec, people, None, "--frequencies", how)
    with open(script, encoding="utf-8") as f:
        text = sql_engines.spark_as_duckdb(f.read(), os.path.join(d, "prepared.csv"))
    with open(script, "w", encoding="utf-8") as f:
        f.write(text)
    return engine.run(script)


def same_everywhere(engines, name, people, columns, ident="id", frequencies=("model", "data"), least=1, **more):
    """All pairs, levels and weights of the engines beside ours, with the model's and the data's frequencies."""
    with temp_dir() as d:
        spec = write_spec(d, columns, ident, **more)
        trained, model = link(d, people, spec)
        other = without_last(d, people)
        used, _ = link(d, other, spec, model)
        note_levels(columns, trained)
        for engine in engines:
            for how in frequencies:
                wanted, rows = (trained, people) if how == "data" else (used, other)
                got, why = engine.run(compiled(d, engine.dialect, model, spec, rows, None, "--frequencies", how))
                what = f"{engine.name}: {name}, frequencies of the {how}: {len(wanted) - 1} pairs"
                if got is None:
                    ok(False, what, why)
                    continue
                diff, _ = difference(got, wanted)
                ok(diff is None and len(wanted) > least, what, diff or "too few pairs to say anything")
                if engine.dialect == "duckdb" and how == frequencies[0]:
                    got, why = spark_on_duckdb(d, engine, model, spec, rows, how)
                    diff = difference(got, wanted)[0] if got else why
                    ok(diff is None, "Spark's text, its functions as DuckDB's: " + name, diff)
        with open(model, encoding="utf-8") as f:
            return json.load(f)


# ---- the sets ----


def labelled(engines):
    m = same_everywhere(engines, "febrl1", os.path.join(DATA, "febrl_dataset1.csv"), FEBRL, "rec_id")
    ok(len(m["dependence"]) > 0, "febrl1's model has columns that repeat each other")
    same_everywhere(engines, "fake_1000", os.path.join(DATA, "fake_1000.csv"),
                    {"first_name": "given_name", "surname": "family_name", "dob": "date", "city": "place",
                     "email": "email"}, "unique_id")


def made_people(engines):
    with temp_dir() as d:
        generator = os.path.join(d, "gen_people")
        built = subprocess.run(["cc", "-O1", "-o", generator, os.path.join(SOURCE, "bench/gen_people.c"), "-lm"],
                               capture_output=True, text=True)
        if built.returncode != 0:
            skip("made people", "no C compiler")
            return
        people = os.path.join(d, "made.csv")
        names = os.path.join(SOURCE, "bench/names")
        with open(people, "w") as f:
            subprocess.run([generator, "6000", "7", names + "/first.txt", names + "/surnames.txt"], stdout=f,
                           check=True)
        same_everywhere(engines, "made people, chosen rules", people, MADE, "rec_id")
        same_everywhere(engines, "made people, own rules", people, MADE, "rec_id", ("model",),
                        blocking=[["dob"], ["first_name", "surname"], ["surname:sound", "first_name:1"],
                                  ["postcode", "dob:year"], ["dob:monthday", "surname:3"]])


def every_level(engines):
    """People made so that every level of every type occurs, with hostile writing among them."""
    with temp_dir() as d:
        for name, columns, header, rows, more in sql_people.sets():
            same_everywhere(engines, name, write_people(d, header, rows), columns, **more)
    wanted = {"given_name": 8, "family_name": 8, "full_name": 8, "date": 8, "year": 5, "sex": 3, "nationality": 4,
              "country": 4, "place": 5, "postcode": 5, "address": 6, "phone": 4, "email": 5, "identifier": 5,
              "code": 4, "text": 5}
    for kind, levels in wanted.items():
        # a change of places is the given name's level; a full name beside its parts is not looked across
        across = {5, 6} if kind in ("full_name", "family_name") else set()
        missing = set(range(levels)) - levels_met.get(kind, set()) - across
        ok(not missing, f"every level of {kind} occurred", f"never met: {sorted(missing)}")


def groups_over_the_cap(engines):
    """A surname and a first name so common that their groups are dropped: those records meet by other rules."""
    r = random.Random(11)
    given = [a + b for a in ("an", "be", "ca", "do", "el", "fa", "gu", "ha") for b in ("na", "lo", "mi", "ru", "to")]
    rows = [[f"p{i:05}", r.choice(given) if i % 9 else "maria", "smith" if i % 20 else r.choice(given) + "son",
             f"{r.randrange(1950, 2008)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}" if i % 7 else "1990-01-01",
             r.choice(["Tirana", "Hanoi", "Lagos"])] for i in range(2400)]
    with temp_dir() as d:
        people = write_people(d, ["id", "first", "last", "dob", "town"], rows)
        same_everywhere(engines, "groups over the cap", people,
                        {"first": "given_name", "last": "family_name", "dob": "date", "town": "place"})


def sources(engines):
    r = random.Random(12)
    names = ["arta hoxha", "li wei", "ngozi ade", "minh tran", "sara kidane", "ion popescu"]
    rows = []
    for i in range(400):
        given, family = r.choice(names).split()
        rows.append([f"r{i:04}", r.choice(["nrm", "ngo", ""]) if i % 3 else "police", given, family,
                     f"{r.randrange(1980, 1990)}-0{r.randrange(1, 9)}-1{r.randrange(9)}"])
    columns = {"given": "given_name", "family": "family_name", "dob": "date"}
    with temp_dir() as d:
        people = write_people(d, ["id", "src", "given", "family", "dob"], rows)
        for mode in ("dedupe", "across", "both"):
            same_everywhere(engines, f"sources, {mode}", people, columns, frequencies=("model",), source="src",
                            link=mode)
        nowhere = write_people(d, ["id", "src", "given", "family", "dob"], [[x[0], "", *x[2:]] for x in rows])
        same_everywhere(engines, "sources that are all empty", nowhere, columns, frequencies=("model",),
                        source="src", link="across")


def other_data(engines):
    """A model used on data of other shape: a column of one value there, one that the model does not use, rules
    of last resort, and no specification."""
    r = random.Random(13)
    header = ["id", "given", "family", "dob", "town", "sex", "kind"]
    columns = {"given": "given_name", "family": "family_name", "dob": "date", "town": "place", "sex": "sex",
               "kind": "code"}

    def rows(n, town, kind):
        return [[f"x{i:04}", r.choice(["ana", "anna", "eva", "maria"]), r.choice(["hoxha", "hoxa", "dema"]),
                 f"199{r.randrange(10)}-0{r.randrange(1, 9)}-0{r.randrange(1, 9)}", town(), r.choice("mf"), kind()]
                for i in range(n)]

    with temp_dir() as d:
        spec = write_spec(d, columns)
        train = write_people(d, header, rows(300, lambda: r.choice(["hull", "york"]), lambda: "k"))
        use = write_people(d, header, rows(200, lambda: "hull", lambda: r.choice("kl")), "other.csv")
        _, model = link(d, train, spec)
        wanted, _ = link(d, use, spec, model)
        for engine in engines:
            for how, given in (("with", spec), ("without", None)):
                got, why = engine.run(compiled(d, engine.dialect, model, given, use, spec))
                diff = difference(got, wanted)[0] if got else why
                ok(diff is None, f"{engine.name}: other data, {how} the specification", diff)
        few = write_people(d, ["id", "sex", "a", "b"],
                           [[f"f{i:03}", r.choice("mf"), f"code{r.randrange(40)}", f"code{r.randrange(40)}"]
                            for i in range(150)], "few.csv")
        same_everywhere(engines, "rules of last resort", few, {"sex": "sex", "a": "code", "b": "code"})


HOSTILE = ['first "name"', "la'st; DROP TABLE throughline_pairs; --", "d\\ate\n-- of birth", "größe ⚖", "select",
           " (given)", "$1", ":x %s", "/* code"]


def hostile_names(engines):
    kinds = ["given_name", "family_name", "date", "place", "code", "text", "code", "phone", "sex"]
    r = random.Random(14)
    rows = [[f"'{i}\"", r.choice(["ana", "eva"]), r.choice(["hoxha", "o'neil"]), f"199{r.randrange(9)}-01-0{1 + i % 9}",
             r.choice(["a\"b", "c'd", "\\copy"]), r.choice(["x1", "y2"]), r.choice(["one two", "two"]),
             r.choice(["k", "l"]), f"0{r.randrange(10**9)}", r.choice("mf")] for i in range(150)]
    # the reader of CSV trims what stands around a name
    names = [n.strip() for n in HOSTILE]
    with temp_dir() as d:
        people = write_people(d, ["id", *names], rows)
        same_everywhere(engines, "hostile column names and values", people, dict(zip(names, kinds)))


def stale_rows_are_refused(engines):
    with temp_dir() as d:
        people, spec = os.path.join(EXAMPLES, "people.csv"), os.path.join(EXAMPLES, "people-spec.json")
        _, model = link(d, people, spec)
        for engine in engines:
            script = compiled(d, engine.dialect, model, spec, people)
            prepared = os.path.join(d, "prepared.csv")
            with open(prepared, encoding="utf-8") as f:
                text = f.read()
            with open(prepared, "w", encoding="utf-8") as f:
                f.write(re.sub(r"^record_\d+_\d+", "record_0_0", text))
            got, why = engine.run(script)
            ok(got is None and "record_" in why, f"{engine.name}: rows made by other rules are refused", why)
            with open(prepared, "w", encoding="utf-8") as f:
                f.write(text + text.splitlines()[1] + "\n")
            got, why = engine.run(script)
            ok(got is None and "its own number and id" in why, f"{engine.name}: a record twice is refused", why)
            with open(prepared, "w", encoding="utf-8") as f:
                f.write("\n".join(text.splitlines()[:2]) + "\n")
            got, why = engine.run(script)
            ok(got is None and "two records or more" in why, f"{engine.name}: one record is refused", why)


# ---- without an engine ----


def golden():
    """Spark's text for a model and a specification of every type is the one that was looked at."""
    made = run("link", "compile", "--to", "spark", "--model", os.path.join(DATA, "compile-model.json"), "--spec",
               os.path.join(DATA, "compile-spec.json"), "--prepared", "prepared.csv")
    with open(os.path.join(DATA, "compile-spark.sql"), encoding="utf-8") as f:
        wanted = f.read()
    ok(made.returncode == 0 and made.stdout == wanted, "Spark: the golden text",
       made.stderr or "differs from tests/data/linkage/compile-spark.sql; the README there says how it is made")


def parsed_as_spark():
    found = None if SANITIZED else sql_engines.spark_grammar(os.path.join(DATA, "compile-spark.sql"))
    if found is None:
        skip("Spark: the golden text by Spark's grammar", "the parser is not there (npm; see ./run test)")
    else:
        parsed, errors = found
        ok(parsed > 25 and not errors, f"Spark: {parsed} statements of the golden text by Spark's grammar", errors)


def rows_in_any_order():
    with temp_dir() as d:
        source = os.path.join(EXAMPLES, "people.csv")
        with open(source, encoding="utf-8") as f:
            head, *lines = f.read().splitlines()
        random.Random(3).shuffle(lines)
        mixed = os.path.join(d, "mixed.csv")
        with open(mixed, "w", encoding="utf-8") as f:
            f.write("\n".join([head, *lines]) + "\n")
        made = []
        for i, people in enumerate((source, mixed)):
            out = os.path.join(d, f"{i}.csv")
            need(run("link", "prepare", people, "--spec", os.path.join(EXAMPLES, "people-spec.json"), "--out", out,
                     "--threads", str(i + 1), "--quiet"))
            with open(out, "rb") as f:
                made.append(f.read())
        ok(made[0] == made[1], "the prepared rows do not depend on the order of the records")


def refusals():
    with temp_dir() as d:
        people = write_people(d, ["id", "given", "dob", "mail", "Mail", "id_a"], [
            [f"i{i}", f"name{i % 6}", f"19{70 + i % 10}-01-02", f"m{i % 5}@x.org", f"c{i % 3}", f"t{i % 4}"]
            for i in range(120)])

        def model_of(columns, **more):
            spec = write_spec(d, columns, **more)
            return spec, link(d, people, spec)[1]

        def compile_to(dialect, spec, model, *more):
            return run("link", "compile", "--to", dialect, "--model", model, "--spec", spec, *more)

        spec, model = model_of({"given": "given_name", "dob": "date", "mail": "email"},
                               blocking=[["mail:3", "dob"], ["given", "dob:year"]])
        for dialect in ("postgres", "duckdb", "spark"):
            refused(compile_to(dialect, spec, model), "mail", "first letters", name=f"{dialect}: part of an email")
        own = {"levels": [{"when": '"given_l" = "given_r"', "means": "the same"}, {"when": "ELSE", "means": "not"}]}
        spec, model = model_of({"given": "as_written", "dob": "date"}, comparisons={"given": own})
        refused(compile_to("duckdb", spec, model), "given", "level 1", "cannot say", name="levels of one's own")
        spec, model = model_of({"given": "given_name", "mail": "email", "Mail": "code"})
        for dialect in ("duckdb", "spark"):
            refused(compile_to(dialect, spec, model), "Mail", "another column",
                    name=f"{dialect}: names that differ in case only")
        equal(compile_to("postgres", spec, model).returncode, 0, "PostgreSQL tells such names apart")
        spec, model = model_of({"given": "given_name", "id_a": "code", "dob": "date"})
        refused(compile_to("postgres", spec, model), "id_a", "another column", name="a name of the result")
        spec, model = model_of({"given": "given_name", "dob": "date"})
        other = write_spec(d, {"given": "given_name", "dob": "date", "mail": "email"})
        refused(compile_to("postgres", other, model), "2 columns", name="a specification of other columns")
        refused(run("link", "compile", "--to", "oracle", "--model", model), "postgres", name="an unknown engine",
                code=2)
        refused(run("link", "compile", "--to", "spark", "--model", os.path.join(d, "none.json")), "none.json",
                name="no such model")
        broken = os.path.join(d, "broken.json")
        with open(broken, "w") as f:
            f.write("{\"throughline_model\": 1}")
        refused(run("link", "compile", "--to", "spark", "--model", broken), "broken.json", name="a broken model")
        refused(compile_to("spark", spec, model, "--prepared", "a\nb.csv"), "control", name="a path with a line end",
                code=2)
        nul = os.path.join(d, "nul.csv")
        with open(nul, "wb") as f:
            f.write(b"id,given,dob\na\0b,Ana,1990-01-02\nc,Eva,1991-01-02\n")
        out = os.path.join(d, "p.csv")
        refused(run("link", "prepare", nul, "--spec", spec, "--out", out), "NUL", name="a NUL byte")
        ok(not os.path.exists(out), "nothing is half-written")
        target = os.path.join(d, "none", "x.sql")
        ok(compile_to("postgres", spec, model, "--out", target).returncode != 0 and not os.path.exists(target),
           "no such folder: refused")


golden()
parsed_as_spark()
rows_in_any_order()
refusals()
found = []
for opened, why in (sql_engines.postgres(), sql_engines.duckdb()):
    if opened:
        found.append(opened)
    else:
        skip("pairs, levels and weights", why)
try:
    if found and SANITIZED:
        stale_rows_are_refused(found[:1])
        hostile_names(found)
    elif found:
        labelled(found)
        made_people(found)
        every_level(found)
        groups_over_the_cap(found)
        sources(found)
        other_data(found)
        hostile_names(found)
        stale_rows_are_refused(found)
finally:
    for one in found:
        one.close()
done()
