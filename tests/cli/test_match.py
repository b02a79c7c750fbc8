#!/usr/bin/env python3
"""One record, or a stream, against a register: found at rank 1, nothing created, bad lines answered."""
import csv
import hashlib
import json
import os
import sqlite3
import subprocess

from tap import BINARY, done, equal, ok, refused, run, run_json, temp_dir


def tables(store):
    """A hash of every table but the audit log's, of which a question adds entries."""
    db = sqlite3.connect(os.path.join(store, "store.db"))
    out = {}
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if "audit" not in name:
            rows = sorted(repr(r) for r in db.execute(f"SELECT * FROM {name}"))
            out[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    audit = db.execute("SELECT count(*) FROM audit").fetchone()[0]
    db.close()
    return out, audit


def stream(store, *lines):
    text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
    r = run("match", "--store", store, stdin=text)
    return r, [json.loads(x) for x in r.stdout.splitlines()]


with temp_dir() as d:
    store = os.path.join(d, "register")
    made = os.path.join(d, "made")
    run("simulate", "--people", "300", "--seed", "5", "--out", made, "--quiet")
    run("init", store, "--quiet")
    refused(run("match", "--store", store, "--full-name", "Ana Hoxha", "--birth-date", "1990"),
            "never linked", name="an empty register: said what to do")
    for channel, sender in (("nrm", "SCA"), ("msvcc", "TSA")):
        r = run("import", os.path.join(made, channel + ".csv"), "--as", channel, "--from", sender,
                "--store", store, "--quiet")
        equal(r.returncode, 0, f"import {channel}")
    equal(run("run", "--store", store, "--quiet").returncode, 0, "run")

    rows = [r for r in csv.DictReader(open(os.path.join(made, "nrm.csv")))
            if r["pv-name-first-name"] and r["pv-name-last-name"] and r["pv-dob"]][:40]
    ok(len(rows) == 40, "forty complete referrals to look for")
    before, log_before = tables(store)
    r, by_reference = stream(store, *[{"reference": x["ExternalId"]} for x in rows])
    equal(r.returncode, 0, "a stream of references")
    r, by_copy = stream(store, *[
        {"given_name": x["pv-name-first-name"], "family_name": x["pv-name-last-name"],
         "birth_date": x["pv-dob"], "gender": x["pv-gender"], "nationality": x["pv-nationality"],
         "id": x["ExternalId"]} for x in rows])
    equal(r.returncode, 0, "a stream of copies")
    wrong = []
    for x, ref, copy in zip(rows, by_reference, by_copy):
        if not (ref["candidates"] and copy["candidates"]
                and ref["candidates"][0]["line"] == copy["candidates"][0]["line"]
                and copy["id"] == x["ExternalId"]):
            wrong.append((ref, copy))
    ok(not wrong, "an exact copy's own line stands at rank 1", wrong[:1])
    ok(all(c["candidates"][0]["grade"] in ("certain", "probable") for c in by_copy),
       "and is certain or probable")
    ok(all(a["weight"] >= b["weight"] for c in by_copy
           for a, b in zip(c["candidates"], c["candidates"][1:])), "best first")
    top = by_copy[0]["candidates"][0]
    equal(sorted(top), ["grade", "line", "probability", "reasons", "record", "weight"],
          "the members of an answer")
    says = {x["comparison"]: x["says"] for x in top["reasons"]}
    equal((says["given_name"], says["family_name"], says["birth_date"]),
          ("the same", "the same", "the same day"), "reasons in words")
    text = json.dumps(by_copy).lower()
    ok(not any(x["pv-name-last-name"].lower() in text for x in rows
               if len(x["pv-name-last-name"]) > 5), "no name is in any answer")
    after, log_after = tables(store)
    equal(after, before, "nothing was created or changed")
    ok(log_after >= log_before + 80, "every question is in the audit log")
    equal(run("verify-log", "--store", store).returncode, 0, "the log is intact")
    leaked = [v for (v,) in sqlite3.connect(os.path.join(store, "store.db")).execute(
        "SELECT text FROM setting WHERE name = 'link.model'")]
    names = {x["pv-name-last-name"].lower() for x in rows if len(x["pv-name-last-name"]) > 4}
    ok(leaked and "comparisons" in leaked[0] and not any(f'"{n}"' in leaked[0] for n in names)
       and "frequencies" not in leaked[0], "the model kept with the register holds no values")

    x = rows[0]
    one = run_json("match", "--store", store, "--given-name", x["pv-name-first-name"],
                   "--family-name", x["pv-name-last-name"], "--birth-date", x["pv-dob"])
    equal(one["candidates"][0]["line"], top["line"], "the same record by options")
    swapped = run_json("match", "--store", store, "--full-name",
                       x["pv-name-last-name"] + " " + x["pv-name-first-name"], "--birth-date",
                       x["pv-dob"])
    equal(swapped["candidates"][0]["line"], top["line"], "names in the other order")
    r = run("match", "--store", store, "--full-name", x["pv-name-first-name"] + " "
            + x["pv-name-last-name"], "--birth-date", x["pv-dob"], "--limit", "1")
    ok(r.returncode == 0 and "birth_date: the same day" in r.stdout, "as text", r.stdout)
    stranger = run_json("match", "--store", store, "--full-name", "Zzyzx Qwoplmn", "--birth-date",
                        "1931-01-31", "--nationality", "Albanian")
    equal(stranger["candidates"], [], "a stranger has no candidate")

    # ---- bad lines: an error each, and the stream goes on ----
    good = {"full_name": x["pv-name-first-name"] + " " + x["pv-name-last-name"],
            "birth_date": x["pv-dob"]}
    bad = ["not json", '{"given_name": 5, "birth_date": "1990"}', "[]", '"text"', "{",
           '{"given_name": "only a name"}', "{}", '{"full_name":"A B","birth_date":"31/31/1990"}',
           '{"full_name":"A B","nationality":"Atlantean"}', '{"full_name":"A B","birth_date":"90"}',
           '{"given_name":"A","given_name":"B","birth_date":"1990"}',
           '{"full_name":"A B","given_name":"A","birth_date":"1990"}',
           '{"full_name":"' + "x" * 600 + '","birth_date":"1990"}',
           '{"full_name":"' + "x" * 200000 + '","birth_date":"1990"}',
           '{"full_name":"A\\u0000B","birth_date":"1990"}', "[" * 100000]
    r, answers = stream(store, good, *bad, "", good)
    equal((r.returncode, len(answers)), (1, len(bad) + 2), "one answer a line; the exit code tells")
    ok(all("error" in a and a["error"]["what"] for a in answers[1:-1]), "every bad line has an error",
       answers[1:-1])
    equal([a["error"]["line"] for a in answers[1:-1]], list(range(2, len(bad) + 2)),
          "with its line number")
    ok(answers[0] == answers[-1] and answers[0]["candidates"][0]["line"] == top["line"],
       "the lines around them are answered")
    r = run("match", "--store", store, stdin=b'{"full_name":"\xff\xfe","birth_date":"1990"}\n')
    ok(r.returncode == 1 and b"error" in r.stdout, "bytes that are no text", r.stdout)
    r, answers = stream(store, {**good, "postcode": "AB1 2CD"})
    equal(answers[0]["ignored"], "postcode", "what was not used is said")
    equal(run("match", "--store", store, stdin="").returncode, 0, "an empty stream")
    refused(run("match", "--store", store, "--full-name", "Ana Hoxha"), "too little",
            name="no search by name alone")
    refused(run("match", "--store", store, "--full-name", "A B", "--birth-date", "1990", "--limit",
                "21"), "from 1 to 20", name="answers are capped", code=2)

    # ---- a stream that stays open sees what others commit ----
    live = subprocess.Popen([BINARY, "match", "--store", store], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)

    def ask(query):
        live.stdin.write(json.dumps(query) + "\n")
        live.stdin.flush()
        return json.loads(live.stdout.readline())["candidates"]

    someone = {**x, "ExternalId": "NRM-LIVE-0001", "pv-name-first-name": "Zyxwvina",
               "pv-name-last-name": "Qorvashtan", "pv-dob": "1977-07-17"}
    query = {"full_name": "Zyxwvina Qorvashtan", "birth_date": "1977-07-17"}
    equal(ask(query), [], "nobody yet")
    late = os.path.join(d, "late.csv")
    with open(late, "w", newline="") as f:
        w = csv.DictWriter(f, list(x))
        w.writeheader()
        w.writerow(someone)
    doc = run_json("import", late, "--as", "nrm", "--from", "SCA", "--store", store)
    ok(len(ask(query)) == 1, "after another process has imported: there")
    ok(len(ask({"reference": "nrm live 0001"})) == 1, "by its reference, too")
    equal(run("import", "--undo", doc["import"], "--store", store).returncode, 0, "taken back")
    equal(ask(query), [], "and gone")
    live.stdin.close()
    equal(live.wait(), 0, "the stream ends well")
    before, log_before = tables(store)

    # ---- FHIR ----
    patient = {"resourceType": "Patient", "birthDate": x["pv-dob"],
               "name": [{"family": x["pv-name-last-name"], "given": [x["pv-name-first-name"]]}],
               "gender": "unknown"}
    request = {"resourceType": "Parameters",
               "parameter": [{"name": "resource", "resource": patient},
                             {"name": "count", "valueInteger": 2}]}
    r, answers = stream(store, patient, request, {"resourceType": "Observation"},
                        {"resourceType": "Parameters"})
    bundle = answers[1]
    equal((bundle["resourceType"], bundle["type"], bundle["total"]),
          ("Bundle", "searchset", len(bundle["entry"])), "a Bundle")
    first = bundle["entry"][0]
    equal(first["resource"]["identifier"][0]["value"], str(top["line"]), "the same line")
    ok(0.9 < first["search"]["score"] <= 1 and first["search"]["mode"] == "match",
       "with its score")
    equal(first["search"]["extension"][0]["url"],
          "http://hl7.org/fhir/StructureDefinition/match-grade", "and its grade")
    equal([a["resourceType"] for a in answers[2:]], ["OperationOutcome"] * 2, "errors in FHIR's form")
    r = run("match", "--store", store, "--fhir", stdin=json.dumps(request, indent=2))
    equal([x["resource"] for x in json.loads(r.stdout)["entry"]],
          [x["resource"] for x in bundle["entry"]], "one request over several lines")
    equal(tables(store)[0], before, "still nothing was created or changed")
done()
