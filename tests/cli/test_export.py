#!/usr/bin/env python3
"""What may leave the register: by class, basis and consent; and it comes back as it left."""
import csv
import os
import sqlite3

from tap import SOURCE, done, equal, ok, refused, run, run_json, temp_dir

CHANNELS = ("nrm", "dtn", "msvcc", "helpline", "ngo", "police")


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def sensitivities():
    classes = {}
    for name in ("fields.csv", "additions.csv"):
        for r in read(os.path.join(SOURCE, "data/dictionary", name)):
            classes[f"{r['entity']}.{r['field']}"] = r["sensitivity"]
    return classes


def plain(header):
    """entity2.field -> entity.field"""
    entity, field = header.split(".")
    return (entity if f"{entity}.{field}" in CLASSES else entity.rstrip("0123456789")) + "." + field


CLASSES = sensitivities()
BASIS = ("--basis", "PUBLIC_TASK", "--recipient", "Rights Lab")

with temp_dir() as d:
    store, made, out = (os.path.join(d, n) for n in ("register", "made", "out.csv"))
    assert run("init", store).returncode == 0
    assert run("simulate", "--people", "300", "--seed", "5", "--out", made).returncode == 0
    for c in CHANNELS:
        r = run_json("import", os.path.join(made, c + ".csv"), "--as", c, "--from", "ORG-" + c,
                     "--store", store)
        equal(r["rejected"], 0, f"{c}: a sound extract has no rejects")
        ok(r["added"] == r["rows"] > 0, f"{c}: every row went in", r)

    def export(*more, to=out, of=store):
        return run("export", "--store", of, "--out", to, *more)

    # ---- classes ----
    for flags, allowed in (((), {"S0", "S1", "S2"}),
                           (("--identity", *BASIS), {"S0", "S1", "S2", "S3"}),
                           (("--account", *BASIS), {"S0", "S1", "S2", "S4"}),
                           (("--identity", "--account", *BASIS), {"S0", "S1", "S2", "S3", "S4"})):
        equal(export("--as", "canonical", *flags).returncode, 0, f"canonical {' '.join(flags)}")
        rows = read(out)
        got = {CLASSES[plain(h)] for h in rows[0]}
        equal(got, allowed - {"S0"}, "holds the classes that were asked for, and no others")
    whereabouts = [h for h in rows[0] if CLASSES[plain(h)] == "S5"]
    equal(whereabouts, [], "whereabouts, safe contacts and exploiters have no column")
    equal(len(rows), len({r["referral.external_id"] + r["referral.channel"] for r in rows}),
          "one line per record")
    names = {r["pv-name-last-name"] for r in read(os.path.join(made, "nrm.csv"))} - {""}
    export("--as", "canonical")
    with open(out, encoding="utf-8") as f:
        text = f.read()
    equal([n for n in names if len(n) > 4 and n in text], [], "no surname leaves without --identity")
    export("--as", "htcds")
    with open(out, encoding="utf-8") as f:
        text = f.read()
    equal([n for n in names if len(n) > 4 and n in text], [], "nor as HTCDS")
    rows = read(out)
    ok(all(not r["prs_FirstName"] and not r["vic_TypeOfExploitation"] for r in rows) and
       any(r["prs_Citizenship"] for r in rows), "HTCDS without permission: nationality, no name, no type")
    standard = {r["field"] for r in read(os.path.join(SOURCE, "data/standards/htcds_v2_fields.csv"))}
    equal([h for h in rows[0] if h not in standard and h != "record_id"], [],
          "every HTCDS column is one of the standard's")
    export("--as", "htcds", "--identity", "--account", *BASIS)
    values = {r["field"]: set(r["value_names"].split("|")) for r in
              read(os.path.join(SOURCE, "data/standards/htcds_v2_fields.csv"))}
    for field in ("prs_Gender", "vic_TypeOfExploitation", "vic_TypeOfSexExploitation",
                  "vic_MethodsOfControl", "vic_TraffickingStatus", "vic_RelationshipToTrafficker",
                  "hte_Type", "spl_Type"):
        used = {v for r in read(out) for v in r[field].split(";")} - {""}
        equal(used - values[field], set(), f"{field}: only the standard's values")
    ok({r["vic_TypeOfExploitation"] for r in read(out)} - {""}, "and there are some")

    # ---- basis and consent ----
    refused(export("--as", "htcds", "--identity"), "basis", name="no basis", code=2)
    refused(export("--as", "htcds", "--account", "--basis", "NONE", "--recipient", "X"), "basis",
            name="the basis NONE", code=2)
    refused(export("--as", "htcds", "--account", "--basis", "BECAUSE", "--recipient", "X"), "basis",
            name="an unknown basis", code=2)
    refused(export("--as", "htcds", "--account", "--basis", "VITAL"), "recipient", name="no recipient", code=2)
    before = os.path.getmtime(out)
    refused(export("--as", "htcds", to=os.path.join(d, "no", "such", "out.csv")), "cannot write",
            name="nowhere to write")
    equal(os.path.getmtime(out), before, "the earlier file is as it was")
    small = os.path.join(d, "small")
    run("init", small)
    path = os.path.join(d, "consents.csv")
    with open(path, "w", encoding="utf-8") as f:
        f.write("referral.external_id,referral.received_date,referral.status,identity.given_name,"
                "consent.purpose,consent.given,consent.given_on,consent.withdrawn_on,consent.given_by\n"
                "C1,2021-01-01,RECEIVED,Ann,SHARE_PROVIDER,YES,2021-01-01,,self\n"
                "C2,2021-01-01,RECEIVED,Bea,SHARE_PROVIDER,YES,2021-01-01,2021-02-01,self\n"
                "C3,2021-01-01,RECEIVED,Cat,SUPPORT,YES,2021-01-01,,self\n"
                "C4,2021-01-01,RECEIVED,Dot,,,,,\n"
                "C5,2021-01-01,RECEIVED,'-1-2,SHARE_PROVIDER,YES,2021-01-01,,self\n")
    equal(run_json("import", path, "--as", "msvcc", "--from", "H", "--store", small)["added"], 5, "consents")
    consent = ("--identity", "--basis", "CONSENT", "--recipient", "Haven")
    export("--as", "htcds", *consent, of=small)
    equal([r["prs_FirstName"] for r in read(out)], ["Ann", "", "", "", "'-1-2"],
          "on consent, only the consenting; and no cell that a spreadsheet would run")
    equal([r["con_Consent"] for r in read(out)], ["true", "false", "", "", "true"],
          "a consent to support is no consent to sharing")
    export("--as", "canonical", *consent, of=small)
    equal([r["identity.given_name"] for r in read(out)], ["Ann", "", "", "", "'-1-2"], "canonical: the same")

    # ---- audit ----
    log = sqlite3.connect(os.path.join(store, "store.db"))
    tables = [t for (t,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'")]
    entries = " ".join(str(r) for t in tables for r in log.execute(f"SELECT * FROM {t}"))
    ok("Rights Lab" in entries and "PUBLIC_TASK" in entries, "basis and recipient stand in the log")
    log.close()
    equal(run("verify-log", "--store", store).returncode, 0, "and the log is intact")

    # ---- there and back ----
    everything = ("--identity", "--account", *BASIS)
    for kind in ("htcds", "canonical"):
        other = os.path.join(d, "back-" + kind)
        one, two = (os.path.join(d, f"{kind}{n}.csv") for n in (1, 2))
        run("init", other)
        export("--as", kind, *everything, to=one)
        r = run_json("import", one, "--as", kind, "--from", "BACK", "--store", other)
        equal([r["rejected"], r["columns_not_read"]], [0, []], f"{kind}: what was exported can be imported")
        export("--as", kind, *everything, to=two, of=other)
        key = "record_id" if kind == "htcds" else "referral.external_id"
        a, b = ({r[key] + r.get("referral.channel", ""): r for r in read(p)} for p in (one, two))
        equal(set(a), set(b), f"{kind}: every record came back")
        differ = sorted({(f, a[k][f], b[k].get(f)) for k in a for f in a[k]
                         if a[k][f] != b[k].get(f) and f != "person.person_id"})
        equal(differ[:5], [], f"{kind}: and says the same")
done()
