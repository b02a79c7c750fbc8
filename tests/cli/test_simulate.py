#!/usr/bin/env python3
"""simulate: same bytes, extracts that fit their layouts and code lists, marginals as published."""
import collections
import csv
import datetime
import hashlib
import json
import os

from tap import done, equal, ok, refused, run, run_json, shared, temp_dir

EXTRACTS = ["nrm", "dtn", "msvcc", "helpline", "ngo", "police"]
TRUTH = ["people", "persons", "episodes", "exits", "referrals", "decisions"]


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def digest(folder):
    out = {}
    for at, _, names in os.walk(folder):
        for n in names:
            with open(os.path.join(at, n), "rb") as f:
                out[os.path.relpath(os.path.join(at, n), folder)] = hashlib.sha256(f.read()).hexdigest()
    return out


def simulate(people, seed, out, *more):
    return run_json("simulate", "--people", people, "--seed", seed, "--out", out, *more)


def variation(a, b):
    """Total variation between two counters as shares."""
    na, nb = sum(a.values()), sum(b.values())
    return sum(abs(a[k] / na - b[k] / nb) for k in set(a) | set(b)) / 2


def columns_and_codes(d):
    """Every header is known to the layout, every coded cell is a code or label of its list."""
    layouts = {l["channel"]: l["columns"] for l in run_json("help", "formats")}
    for channel in EXTRACTS:
        known = {c["column"]: c for c in layouts[channel] if c["column"]}
        table = rows(f"{d}/{channel}.csv")
        ok(set(table[0]) == set(known), f"{channel}: headers are the layout's",
           str(set(table[0]) ^ set(known)))
        needed = [c for c in known if known[c]["required"]]
        ok(all(r[c] for r in table for c in needed), f"{channel}: required cells are filled")
        wrong = set()
        for c in known.values():
            if not c["codes"] or c["transform"] == "words":
                continue
            codes = list_of_codes(c["codes"])
            for r in table:
                cell = r[c["column"]]
                if c["transform"] == "map":
                    allowed = {p.split("=")[0] for p in c["argument"].split(";")}
                elif c["transform"] == "yesno":
                    allowed = {"yes", "no", "not-sure", "i-dont-know"}
                elif c["transform"] == "crosswalk":
                    allowed = {"female", "male", "unknown"}
                elif c["transform"] == "flag":
                    allowed = {"true", "yes"}
                else:
                    allowed = codes
                if cell and not all(x.lower() in allowed for x in cell.split("|")):
                    wrong.add((c["column"], cell))
        ok(not wrong, f"{channel}: every code is in its list", str(sorted(wrong)[:8]))


def list_of_codes(name, cache={}):
    if name not in cache:
        path = os.path.join(os.environ["THROUGHLINE_SOURCE"], "data/codes", name + ".csv")
        cache[name] = {v.lower() for r in rows(path) for k, v in r.items()
                       if k in ("code", "alpha3", "label", "short_label", "name")}
    return cache[name]


def words_mean_what_happened(d):
    """The rules of the layout, read here on their own, find the true way out in the form's words."""
    columns = {c["column"]: c for l in run_json("help", "formats", "nrm") for c in l["columns"]}
    name = "how-why-did-they-leave-the-situation"
    rules = [r.split("=") for r in columns[name]["argument"].split(";")]
    modes = {(r["person"], r["episode"]): r["mode"] for r in rows(f"{d}/truth/exits.csv")}
    about = {r["external_id"]: (r["person"], r["about"].split("|")[-1])
             for r in rows(f"{d}/truth/referrals.csv")}
    wrong, modes_seen = set(), set()
    for r in rows(f"{d}/nrm.csv"):
        text = " " + r[name].lower()
        if r[name]:
            code = next(c for words, c in rules
                        if words == "*" or any(" " + w in text for w in words.split("|")))
            modes_seen.add(code)
            if code != modes[about[r["ExternalId"]]]:
                wrong.add((r[name], code))
    ok(not wrong and len(modes_seen) > 12, "how they left reads back as it was", str(wrong))


def no_birth_on_a_dtn(d):
    table = rows(f"{d}/dtn.csv")
    persons = {r["person"]: r for r in rows(f"{d}/truth/persons.csv")}
    who = {r["external_id"]: r["person"] for r in rows(f"{d}/truth/people.csv")}
    ok(not any("dob" in h or "birth_date" in h for h in table[0]), "a DtN has no birth column")
    births = {persons[who[r["ExternalId"]]]["birth_date"] for r in table}
    ok(not any(b in r.values() for r in table for b in births
               if b == persons[who[r["ExternalId"]]]["birth_date"] and r["ReceivedDate"] != b),
       "nor a birth date in another column")
    named = [r for r in table if r["pv-name-first-name"] or r["pv-name-last-name"]]
    ok(named and all(r["authorities-cooperation"] == "yes" for r in named),
       "a DtN names only those who cooperate")
    ok(any(not r["pv-name-first-name"] for r in table), "and most are not named")


def truth_is_whole(d):
    people = rows(f"{d}/truth/people.csv")
    key = {"nrm": "ExternalId", "dtn": "ExternalId"}
    for channel in EXTRACTS:
        ids = [r[key.get(channel, "referral.external_id")] for r in rows(f"{d}/{channel}.csv")]
        mine = {r["external_id"] for r in people if r["channel"].lower() == channel}
        ok(len(set(ids)) == len(ids) and set(ids) == mine, f"{channel}: truth knows every record")
    persons = {r["person"]: r for r in rows(f"{d}/truth/persons.csv")}
    ok({r["person"] for r in people} == set(persons), "every person is in some record")
    day = datetime.date.fromisoformat
    bad, gaps, last = [], [], {}
    for r in rows(f"{d}/truth/episodes.csv"):
        born, start = day(persons[r["person"]]["birth_date"]), day(r["start_date"])
        end = day(r["end_date"]) if r["end_date"] else None
        eighteen = born.replace(year=born.year + 18, day=min(born.day, 28))
        if (end and end < start) or (start - born).days < 5 * 365:
            bad.append(r)
        if (r["minor"] == "YES") != (start < eighteen) and abs((start - eighteen).days) > 3:
            bad.append(r)
        if r["seq"] != "1":
            before = last[r["person"]]
            if not before["end_date"] or day(before["end_date"]) >= start:
                bad.append(r)
            gaps.append((start - day(before["end_date"])).days)
            if gaps[-1] != int(r["gap_days"]):
                bad.append(r)
        last[r["person"]] = r
    ok(not bad, "episodes are in order, after birth, minor as the dates say", str(bad[:3]))
    ok(sum(g <= 730 for g in gaps) > len(gaps) / 2, "most returns are within two years (Jobe 2010)")
    seen, wrong = {}, []
    table = rows(f"{d}/truth/referrals.csv")
    for r in sorted(table, key=lambda r: (r["person"], r["received_date"], r["channel"] not in ("NRM", "DTN"))):
        highest = max(int(e[1:]) for e in r["about"].split("|"))
        before = seen.get(r["person"], 0)
        kind = "FIRST" if not before else "NEW_EPISODE" if highest > before else "SAME_INCIDENT"
        if kind != r["kind"] or int(r["after_seq"]) < highest:
            wrong.append((kind, r))
        seen[r["person"]] = max(before, highest)
    ok(not wrong, "same incident and new episode follow from what a record is about", str(wrong[:2]))


def repeats(d):
    """Within the Freedom of Information figure: about one referral in eight, nobody over seven."""
    by = collections.defaultdict(list)
    for r in rows(f"{d}/truth/referrals.csv"):
        if r["channel"] == "NRM":
            by[r["person"]].append(r["received_date"])
    latest = sum(len(v) > 1 and max(v)[:4] == "2023" for v in by.values())
    year = sum(x[:4] == "2023" for v in by.values() for x in v)
    ok(abs(latest / year - 2018 / 17004) < 0.02, "people with a repeat whose latest is in 2023",
       f"{latest} of {year}")
    ok(max(map(len, by.values())) <= 7, "at most seven referrals of one person")


def marginals(d):
    folder = shared("domain/aggregates")
    codes = shared("domain/codes/nationality.csv")
    if not folder or not codes:
        ok(True, "published tables # SKIP no ../shared")
        return
    nrm = rows(f"{d}/nrm.csv")
    late = [r for r in nrm if r["ReceivedDate"] >= "2022-04-01"]
    first = {r["external_id"] for r in rows(f"{d}/truth/referrals.csv") if r["kind"] == "FIRST"}
    late_first = [r for r in late if r["ExternalId"] in first]

    def published(name, key, column="referrals", keep=lambda r: True):
        c = collections.Counter()
        for r in rows(f"{folder}/{name}.csv"):
            if keep(r):
                c[key(r)] += int(r[column])
        return c

    def check(name, pub, sim, limit):
        tv = variation(pub, collections.Counter(sim))
        ok(tv < limit, f"{name}: total variation {tv:.4f} < {limit}", f"{pub}\n")

    detail = "nrm_referrals_detail_2022q2_2023q4"
    check("responder", published(detail, lambda r: r["first_responder_type"]),
          (r["FirstResponderType"] for r in late), 0.03)
    sex = {"MALE": "male", "FEMALE": "female", "OTHER": "unknown"}
    check("sex", published(detail, lambda r: sex.get(r["gender"], "")),
          (r["pv-gender"] for r in late), 0.015)
    alpha3 = {r["label"].lower(): r["alpha3"] for r in rows(codes)}
    dual = {r["label"].lower(): r["first_alpha3"]
            for r in rows(shared("domain/codes/nationality_dual_published.csv"))}
    main = published(detail, lambda r: alpha3.get(r["nationality_label"].lower(),
                                                  dual.get(r["nationality_label"].lower())))
    top = {k for k, _ in main.most_common(30)}
    check("nationality", collections.Counter({k: v for k, v in main.items() if k in top}),
          (alpha3[r["pv-nationality"].lower()] for r in late_first
           if alpha3[r["pv-nationality"].lower()] in top), 0.05)
    ticks = {"forced-to-work": "LAB", "prostitution": "SEX", "child-exploitation": "SEX",
             "forced-to-commit-crime": "CRIM", "unpaid-household-work": "DOM",
             "organs-removed": "ORG"}
    combos = {r["published_label"]: "" if r["components"] == "UNKNOWN" else r["components"]
              for r in rows(shared("domain/codes/exploitation_combination_published.csv"))}
    check("exploitation and combinations",
          published(detail, lambda r: combos[r["exploitation_type_published"]]),
          ("|".join(sorted({c for k, c in ticks.items() if r["types-of-exploitation-" + k]}))
           for r in late), 0.03)
    quarter = "nrm_referrals_quarterly_2009_2023"
    when = lambda r: (r["ReceivedDate"][:4], "Q%d" % ((int(r["ReceivedDate"][5:7]) + 2) // 3))
    check("quarter", published(quarter, lambda r: (r["year"], r["quarter"]),
                               keep=lambda r: r["year"] >= "2014"), map(when, nrm), 0.03)
    place = {"UK": "uk", "OVERSEAS": "overseas", "UK_AND_OVERSEAS": "uk-and-overseas", "UNKNOWN": ""}
    check("place", published(quarter, lambda r: place[r["location_of_exploitation"]],
                             keep=lambda r: r["year"] >= "2022"),
          (r["where-exploitation-happened"] for r in nrm if r["ReceivedDate"] >= "2022"), 0.04)
    check("DtN by quarter",
          published("dtn_reports_quarterly_2015_2023", lambda r: (r["year"], r["quarter"]), "reports"),
          map(when, rows(f"{d}/dtn.csv")), 0.05)
    share = len(rows(f"{d}/dtn.csv")) / (len(rows(f"{d}/dtn.csv")) + len(nrm))
    wanted = sum(published("dtn_reports_quarterly_2015_2023", lambda r: 1, "reports").values())
    total = sum(published(quarter, lambda r: 1, keep=lambda r: r["year"] >= "2014").values())
    ok(abs(share - wanted / (wanted + total)) < 0.01, "share of DtN", f"{share}")
    decisions = rows(f"{d}/truth/decisions.csv")
    for stage in ("RG", "CG"):
        for year in ("2019", "2022", "2023"):
            pub = published("nrm_decisions_quarterly_2014_2023", lambda r: r["outcome"][:3],
                            "decisions", lambda r: r["stage"] == stage and r["year"] == year)
            sim = collections.Counter(r["outcome"] for r in decisions
                                      if r["stage"] == stage and r["date"][:4] == year)
            n = sum(sim.values())
            p, q = pub["POS"] / sum(pub.values()), sim["POS"] / n
            limit = 4 * (p * (1 - p) / n) ** 0.5 + 0.015
            ok(abs(p - q) < limit, f"{stage} {year}: positive {q:.3f}, published {p:.3f}")


def documented():
    """docs/method/simulate.md states every parameter with its default."""
    source = os.environ["THROUGHLINE_SOURCE"]
    with open(f"{source}/docs/method/simulate.md", encoding="utf-8") as f:
        text = f.read()
    with open(f"{source}/data/simulate/parameters.json", encoding="utf-8") as f:
        parameters = json.load(f)
    missing = []
    for name, p in parameters.items():
        v = p["value"]
        shown = (", ".join(map(str, v)) if isinstance(v, list) else
                 ", ".join(f"{k} {n}" for k, n in v.items()) if isinstance(v, dict) else str(v))
        if f"| {name} | {shown} |" not in text or not p["source"]:
            missing.append(name)
    ok(not missing, "every parameter is documented with its default and source", str(missing))


documented()
with temp_dir() as d:
    simulate(600, 5, f"{d}/a")
    simulate(600, 5, f"{d}/b", "--threads", 1)
    equal(digest(f"{d}/a"), digest(f"{d}/b"), "same N and seed: the same bytes, one thread or all")
    simulate(600, 6, f"{d}/c")
    ok(digest(f"{d}/a")["nrm.csv"] != digest(f"{d}/c")["nrm.csv"], "another seed: other people")
    equal(sorted(digest(f"{d}/a")), sorted([f"{c}.csv" for c in EXTRACTS] +
          [f"truth/{t}.csv" for t in TRUTH] + ["MADE.txt", "truth/README.txt"]), "the files")
    with open(f"{d}/a/MADE.txt", encoding="utf-8") as f:
        ok("MADE" in f.read(), "the folder says that it is made")

    people = 4000 if os.environ.get("THROUGHLINE_SANITIZED") else 24000
    simulate(people, 11, f"{d}/m")
    columns_and_codes(f"{d}/a")
    words_mean_what_happened(f"{d}/m")
    no_birth_on_a_dtn(f"{d}/m")
    truth_is_whole(f"{d}/m")
    if people > 20000:
        marginals(f"{d}/m")
        repeats(f"{d}/m")

    never = f"{d}/never.json"
    with open(never, "w", encoding="utf-8") as f:
        json.dump({"retrafficked": 0, "earlier_episode": {"value": 0}, "same_incident": 0}, f)
    simulate(600, 5, f"{d}/never", "--parameters", never)
    equal(len(rows(f"{d}/never/truth/episodes.csv")), 600, "parameters: nobody trafficked again")
    for text, words in (('{"retraffiked": 0.1}', ["retraffiked"]), ('{"retrafficked": 1.5}', ["retrafficked", "0 to 1"]),
                        ('{"episode_days": [1,2]}', ["seven"]), ('{"episode_days": [9,8,7,6,5,4,3]}', ["fall"]),
                        ('{"return_kind": {"HOLIDAY": 1}}', ["code"]), ('{"as_at": "2031-01-01"}', ["as_at"]),
                        ('{"return_kind": {"FORCED": 0}}', ["all 0"]), ("[", ["json"]), ("[]", ["object"])):
        with open(never, "w", encoding="utf-8") as f:
            f.write(text)
        refused(run("simulate", "--people", 5, "--seed", 1, "--out", f"{d}/bad", "--parameters", never),
                *words, name=f"refused: {text}")
    ok(not os.path.exists(f"{d}/bad/nrm.csv"), "and nothing was written")
    refused(run("simulate", "--people", 0, "--seed", 1, "--out", f"{d}/bad"), "people", name="no people", code=2)
    refused(run("simulate", "--people", 5, "--seed", -1, "--out", f"{d}/bad"), "seed", name="seed below 0", code=2)
    for as_at in ("2014-12-31", "2016-02-29"):
        with open(never, "w", encoding="utf-8") as f:
            json.dump({"as_at": as_at}, f)
        simulate(300, 3, f"{d}/early", "--parameters", never)
        late = [r for r in rows(f"{d}/early/nrm.csv") if max(r["ReceivedDate"], r["RGDecisionDate"], r["CGDecisionDate"]) > as_at]
        late += [r for r in rows(f"{d}/early/truth/episodes.csv") if max(r["start_date"], r["end_date"]) > as_at]
        ok(not late, f"as at {as_at}: nothing is later", str(late[:1]))
done()
