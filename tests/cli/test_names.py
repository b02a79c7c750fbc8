#!/usr/bin/env python3
"""study name: derived forms, similarity and reasons; hostile names."""
from tap import done, equal, ok, refused, run, run_json

one = run_json("study", "name", "Dr. Abd al-Rahman HASAN")
equal([t["word"] for t in one["names"][0]["tokens"]], ["rahman", "hasan"], "title and article off")
equal(one["names"][0]["tokens"][0]["family"], "abd", "Abd al- put aside")
ok("similarity" not in one, "one name: no similarity")

two = run_json("study", "name", "Bill J Kowalsky", "Kowalski, William John")
equal([w["kind"] for w in two["why"]], ["nickname", "initial", "typo"], "reasons")
equal([w["other"] for w in two["why"]], ["william", "john", "kowalski"], "what each word met")
ok(0.8 < two["similarity"] <= 1, "similar", two)
apart = run_json("study", "name", "Maria Popescu", "Elena Popescu")
ok(apart["similarity"] < 0.7, "another given name", apart)
equal(apart["why"][0]["kind"], "conflict", "which stands against")

signs = run_json("study", "name", "김정은", "Kim Jong-un")
ok(signs["similarity"] > 0.9, "Hangul", signs)
han = run_json("study", "name", "王", "Wang", "--country", "CN")
ok(han["similarity"] > 0.9, "Han, read as Chinese", han)
ok(run_json("study", "name", "王", "Wang", "--country", "JP")["similarity"] < 0.9,
   "the same, read as Japanese")

text = run("study", "name", "Ana", "Anna")
ok(text.returncode == 0 and "similarity" in text.stdout, "text output", text.stderr)
big = run_json("study", "name", "Ab " * 30000, "\u202e" + "x" * 90000)
ok(big["names"][0]["cut"] and big["similarity"] == 0, "names of 90 kB", big["similarity"])
for name in ("", " ", "\u200f", "((((", "王" * 9, "a-" * 500, "bin bin bin", "abdul", "\U0001F600"):
    r = run("study", "name", name, name, "--json")
    equal(r.returncode, 0, f"hostile name {name[:9]!r}")
refused(run("study", "name", "Wang", "--country", "China"), "two letters", name="country by name", code=2)
refused(run("study", "name"), "name", name="no name: usage", code=2)
done()
