#!/usr/bin/env python3
"""Writes data/text/han.csv: how the signs that names are written with are read in five languages.

usage: han-readings.py UNIHAN_DIR tools/nanori.csv tools/han-names.csv > data/text/han.csv

UNIHAN_DIR holds Unihan_Readings.txt.bz2 and Unihan_OtherMappings.txt.bz2 (Debian package
unicode-data, /usr/share/unicode). Signs: the first level of GB 2312, Big5's common signs, KS X 1001
and the Japanese joyo and jinmeiyo lists. Japanese readings of names that Unihan does not list come
from nanori.csv; readings that family names have in the other languages from han-names.csv: both
come first.
"""
import bz2
import csv
import re
import sys
import unicodedata

folder, nanori, surnames = sys.argv[1:]
fields = {}
for name in ("Unihan_Readings", "Unihan_OtherMappings"):
    with bz2.open(f"{folder}/{name}.txt.bz2", "rt", encoding="utf-8") as f:
        for line in f:
            if line.startswith("U+"):
                code, field, value = line.rstrip("\n").split("\t")
                fields.setdefault(int(code[2:], 16), {})[field] = value


def plain(s):
    """Without tones and marks; u-umlaut stays v so that lu and lv part."""
    s = unicodedata.normalize("NFD", s.lower().replace("ü", "v").replace("đ", "d"))
    return "".join(c for c in s if c.isascii() and c.isalpha())


def wanted(f):
    row = int(f["kGB0"][:2]) if "kGB0" in f else 99
    big5 = int(f["kBigFive"][:4], 16) if "kBigFive" in f else 0
    return (row < 56 or 0xA440 <= big5 <= 0xC67E or "kJoyoKanji" in f or "kJinmeiyoKanji" in f
            or "kKSC0" in f)


def unique(words):
    return " ".join(dict.fromkeys(w for w in words if w))


def japanese(f):
    on = [w.lower() for w in f.get("kJapaneseOn", "").split()]
    kun = [w.lower() for w in f.get("kJapaneseKun", "").split()]
    stems = []
    for w in kun:  # the part of a verb or adjective that names keep
        m = re.match(r"(.+?[aiueo])(?:shii|sshi|[kgsztdnhbpmr]u|tsu|u|i)$", w)
        if m:
            stems.append(m.group(1))
    return on, kun, stems


names = {}
with open(nanori, encoding="utf-8") as f:
    for row in csv.DictReader(f):
        names.setdefault(row["signs"], []).extend(row["readings"].split())

special = {}
with open(surnames, encoding="utf-8") as f:
    for row in csv.DictReader(f):
        special[row["signs"], row["language"]] = row["readings"].split()

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["signs", "mandarin", "cantonese", "korean", "vietnamese", "japanese"])
for code in sorted(fields):
    f = fields[code]
    if not (0x3400 <= code <= 0x9FFF and wanted(f)):
        continue
    on, kun, stems = japanese(f)
    used = "kJoyoKanji" in f or "kJinmeiyoKanji" in f or chr(code) in names
    first = {k: special.get((chr(code), k), []) for k in ("mandarin", "korean", "vietnamese")}
    row = [
        unique(first["mandarin"] + [plain(w) for w in re.sub(r"\(.*?\)", "", f.get("kMandarin", "")).split()]),
        unique(plain(w) for w in f.get("kCantonese", "").split()),
        unique(first["korean"] + [w.split(":")[0] for w in f.get("kHangul", "").split()]),
        unique(first["vietnamese"] + [plain(w) for w in f.get("kVietnamese", "").split()]),
        unique(plain(w) for w in names.get(chr(code), []) + on + kun + stems) if used else "",
    ]
    if any(row):
        out.writerow([chr(code), *row])
for signs in names:
    if len(signs) > 1:
        out.writerow([signs, "", "", "", "", unique(plain(w) for w in names[signs])])
