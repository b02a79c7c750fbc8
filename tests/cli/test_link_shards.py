#!/usr/bin/env python3
"""study link in parts: the bytes of one process, whatever the number and order of shards; bounds on memory."""
import csv
import json
import os
import random
import resource
import subprocess

from tap import BINARY, SOURCE, done, equal, ok, refused, run, skip, temp_dir

DATA = os.path.join(SOURCE, "tests/data/linkage")
EXAMPLES = os.path.join(SOURCE, "tests/data/examples")
FEBRL = os.path.join(DATA, "febrl_dataset3.csv")
SANITIZED = os.environ.get("THROUGHLINE_SANITIZED") == "1"


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def read(path):
    with open(path, "rb") as f:
        return f.read()


def linked(d, *args):
    r = run("study", "link", *args, "--quiet")
    if r.returncode:
        print("# " + r.stderr.replace("\n", "\n# "))
    return r.returncode == 0


def shards(d, people, spec, model, n, *more, order=None, threads=1):
    """Part files of n shards, made in the order given."""
    parts = [os.path.join(d, f"{k + 1}-of-{n}.part") for k in range(n)]
    for k in order or range(n):
        linked(d, people, "--spec", spec, "--use-model", model, "--shard", f"{k + 1}/{n}", "--out", parts[k],
               "--threads", threads, *more)
    return parts


def join(d, people, spec, model, parts, *more):
    args = [a for p in parts for a in ("--join", p)]
    return run("study", "link", people, "--spec", spec, "--use-model", model, *args, "--out",
               os.path.join(d, "joined.csv"), "--quiet", *more)


def same_for_any_number(d, name, people, spec, numbers):
    whole, pairs, model = (os.path.join(d, f) for f in ("whole.csv", "whole-pairs.csv", "model.json"))
    linked(d, people, "--spec", spec, "--out", whole, "--pairs", pairs, "--model", model)
    again, again_pairs = os.path.join(d, "again.csv"), os.path.join(d, "again-pairs.csv")
    linked(d, people, "--spec", spec, "--use-model", model, "--out", again, "--pairs", again_pairs)
    ok(read(again) == read(whole) and read(again_pairs) == read(pairs),
       f"{name}: a model on the records that it was trained on gives that run's bytes")
    for n in numbers:
        order = list(range(n))
        random.Random(n).shuffle(order)
        parts = shards(d, people, spec, model, n, "--pairs-from", "-10", order=order, threads=1 + n % 3)
        out = os.path.join(d, "joined-pairs.csv")
        r = join(d, people, spec, model, random.Random(n + 1).sample(parts, n), "--pairs", out)
        ok(r.returncode == 0 and read(os.path.join(d, "joined.csv")) == read(whole) and read(out) == read(pairs),
           f"{name}: {n} shards joined are the bytes of one run", r.stderr)
    return model


with temp_dir() as d:
    febrl = write(os.path.join(d, "febrl.json"), json.dumps({"id": "rec_id", "columns": {
        "given_name": "given_name", "surname": "family_name", "address_1": "address", "suburb": "place",
        "postcode": "postcode", "date_of_birth": "date"}}))
    model = same_for_any_number(d, "febrl3", FEBRL, febrl, (1, 2, 3, 7, 40))

    # two sources, one to one
    sources = os.path.join(d, "sources.csv")
    with open(FEBRL, encoding="utf-8-sig", newline="") as f:
        rows = list(csv.reader(f))
    with open(sources, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow([c.strip() for c in rows[0]] + ["src"])
        w.writerows(r + ["a" if "org" in r[0] else "b"] for r in rows[1:2001])
    across = write(os.path.join(d, "across.json"), json.dumps({
        **json.load(open(febrl)), "source": "src", "link": "across", "one_to_one": True}))
    same_for_any_number(d, "across two sources", sources, across, (2, 5))

    # levels of one's own
    settings, splink_model = os.path.join(d, "own.json"), os.path.join(d, "own-model.json")
    run("study", "splink-import", os.path.join(EXAMPLES, "splink-settings.json"), "--spec", settings, "--model",
        splink_model, "--quiet")
    people = os.path.join(EXAMPLES, "people.csv")
    same_for_any_number(d, "levels of one's own", people, settings, (1, 3))

    # the order of the rows is no matter, also between a shard and the join
    model, whole = os.path.join(d, "model.json"), os.path.join(d, "whole.csv")
    linked(d, FEBRL, "--spec", febrl, "--out", whole, "--model", model)
    shuffled = os.path.join(d, "shuffled.csv")
    # two records, more shards than pieces of work
    two = write(os.path.join(d, "two.csv"), "rec_id,given_name,surname,address_1,suburb,postcode,date_of_birth\n"
                "1,anna,smith,,,2000,19870302\n2,anna,smyth,,,2000,19870302\n")
    parts = shards(d, two, febrl, model, 7)
    linked(d, two, "--spec", febrl, "--use-model", model, "--out", whole)
    join(d, two, febrl, model, parts)
    equal(read(os.path.join(d, "joined.csv")), read(whole), "two records in seven shards, most of them empty")

    linked(d, FEBRL, "--spec", febrl, "--use-model", model, "--out", whole)
    body = rows[1:]
    random.Random(5).shuffle(body)
    with open(shuffled, "w", newline="") as f:
        csv.writer(f).writerows([rows[0]] + body)
    folder = os.path.join(d, "parts")
    os.mkdir(folder)
    shards(folder, FEBRL, febrl, model, 3)
    write(os.path.join(folder, "notes.txt"), "not a part")
    r = join(d, shuffled, febrl, model, [folder], "--summary", os.path.join(d, "summary.json"), "--report",
             os.path.join(d, "joined.html"))
    equal(read(os.path.join(d, "joined.csv")), read(whole), "a directory of parts joined on rows in another order")
    summary = json.load(open(os.path.join(d, "summary.json")))
    linked(d, FEBRL, "--spec", febrl, "--use-model", model, "--out", whole, "--summary",
           os.path.join(d, "whole.json"), "--report", os.path.join(d, "whole.html"))
    one = json.load(open(os.path.join(d, "whole.json")))
    equal([summary[k] for k in ("pairs_scored", "blocking", "clusters", "warnings", "unlinkable")],
          [one[k] for k in ("pairs_scored", "blocking", "clusters", "warnings", "unlinkable")],
          "counts in the summary are those of one run")
    equal(read(os.path.join(d, "joined.html")), read(os.path.join(d, "whole.html")), "and so is the report")

    # what does not belong together is refused, and nothing is written
    parts = [os.path.join(folder, f"{k}-of-3.part") for k in (1, 2, 3)]
    os.remove(os.path.join(d, "joined.csv"))
    refused(join(d, FEBRL, febrl, model, parts[:2]), "missing", "3", name="a missing part is named")
    refused(join(d, FEBRL, febrl, model, parts + parts[:1]), "part 1 of 3 is given twice", name="a part given twice")
    refused(join(d, FEBRL, febrl, model, parts[:2] + shards(d, FEBRL, febrl, model, 4)[2:3]), "part 3 of 4",
            name="parts of different numbers")
    body[0][1] = body[0][1] + "x"
    changed = os.path.join(d, "changed.csv")
    with open(changed, "w", newline="") as f:
        csv.writer(f).writerows([rows[0]] + body)
    refused(join(d, changed, febrl, model, parts), "other records", name="one letter of one record changed")
    refused(join(d, FEBRL, febrl, model, parts, "--threshold", "0.9"), "threshold", name="another threshold")
    doc = json.load(open(model))
    doc["prior"] *= 1.0000001
    refused(join(d, FEBRL, febrl, write(os.path.join(d, "other.json"), json.dumps(doc)), parts), "model",
            name="another model")
    refused(join(d, FEBRL, febrl, model, parts, "--pairs", os.path.join(d, "p.csv")), "--pairs-from",
            name="pairs that the shards did not keep")
    whole_part = read(parts[0])
    for what, data in (("cut short", whole_part[:-30]), ("one bit changed", whole_part[:2000] + bytes(
            [whole_part[2000] ^ 1]) + whole_part[2001:]), ("no part", b"id,cluster_id\n"), ("empty", b"")):
        bad = os.path.join(d, "bad.part")
        with open(bad, "wb") as f:
            f.write(data)
        refused(join(d, FEBRL, febrl, model, [bad] + parts[1:]), "part file", name=f"a part file that is {what}")
    empty = os.path.join(d, "empty")
    os.mkdir(empty)
    refused(join(d, FEBRL, febrl, model, [empty]), "no part file", name="a directory without parts")
    ok(not os.path.exists(os.path.join(d, "joined.csv")), "nothing is written when a join is refused")
    for args, words, name in (
            (("--shard", "1/3"), "--use-model", "a shard without a model"),
            (("--shard", "0/3", "--use-model", model), "i/n", "shard 0"),
            (("--shard", "4/3", "--use-model", model), "i/n", "shard 4 of 3"),
            (("--shard", "half", "--use-model", model), "i/n", "half a shard"),
            (("--shard", "1/3", "--use-model", model, "--pairs", "p.csv"), "part file only", "pairs of one shard"),
            (("--shard", "1/3", "--use-model", model, "--join", "x.part"), "part file only", "a shard and a join")):
        refused(run("study", "link", FEBRL, "--spec", febrl, "--out", os.path.join(d, "never"), *args), words,
                code=2, name=f"usage: {name}")

    # memory: what is said to be needed is enough, and less is refused before anything is done
    big = os.path.join(d, "big.csv")
    rng = random.Random(8)
    words = ["".join(rng.choices("abcdefghiklmnoprstu", k=rng.randint(3, 9))) for _ in range(9000)]
    persons = [f"{rng.choice(words)},{rng.choice(words)},{rng.randint(1950, 2005)}-{rng.randint(1, 12):02d}-"
               f"{rng.randint(1, 28):02d},{rng.choice(words[:400])},{rng.randint(1, 30)}" for _ in range(220000)]
    with open(big, "w") as f:
        f.write("id,first,last,dob,town,code,note\n")
        for k in range(300000):
            f.write(f"r{k},{rng.choice(persons)},{rng.choice(words)} {rng.choice(words)}\n")
    columns = {"first": "given_name", "last": "family_name", "dob": "date", "town": "place"}
    specs = {
        "given rules": {"columns": columns, "blocking": [["first", "last"], ["last", "dob"]]},
        "rules from the data": {"columns": columns | {"code": "code"}},
        "one value a record": {"columns": columns | {"note": "text"}, "blocking": [["first", "last"]]},
        "as written": {"columns": {"first": "as_written", "last": "as_written", "note": "as_written"},
                       "blocking": [["first", "last"]]},
    }
    if SANITIZED:
        skip("bounds on memory", "the sanitizer's own memory counts too")
    for name, spec in {} if SANITIZED else specs.items():
        path = write(os.path.join(d, "big.json"), json.dumps({"id": "id", **spec}))
        out = os.path.join(d, "big-out.csv")
        args = ("study", "link", big, "--spec", path, "--out", out, "--threads", "2", "--quiet")
        r = run(*args, "--memory", "64M")
        refused(r, "needs about", "the bound is 64M", name=f"{name}: too small a bound is refused at once")
        need = r.stderr.split("needs about ")[1].split("M")[0] if "needs about " in r.stderr else "999"
        ok(not os.path.exists(out), f"{name}: and nothing is written")
        r = run(*args, "--memory", f"{need}M")
        ok(r.returncode == 0 and os.path.exists(out), f"{name}: {need}M, which it asks for, is enough", r.stderr)
        os.remove(out) if os.path.exists(out) else None

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (90 << 20, 90 << 20))
        r = subprocess.run([BINARY, *args], capture_output=True, text=True, preexec_fn=limit)
        left = [f for f in os.listdir(d) if f.startswith("big-out")]
        ok(r.returncode in (1, 3) and "memory" in r.stderr + "" and not left,
           f"{name}: a limit from outside ends it with a message and no file", f"{r.returncode} {r.stderr} {left}")
done()
