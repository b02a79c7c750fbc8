"""Made people among whom every level of every type of comparison occurs: each group is one person's record
and copies of it with things done to them, and all of a group are compared. Hostile writing among them."""
import random

GROUPS, PER_GROUP = 60, 14

NAMES = ["Mohammed", "Muhammad", "Nguyen", "Zhang", "Cheung", "Xhulia", "Arbër", "Ștefan", "Chukwuemeka", "Oluwaseun",
         "Jo", "Li", "Abdul Rahman", "Maria Luisa", "Anne-Marie", "Jean Luc Paul", "Đặng", "محمد", "عبد الله",
         "ይርጋ", "Сергей", "李伟", "Thị Hoa", "O'Neil", "José", "Wolfeschlegelsteinhausenbergerdorff", "Al-Haddad",
         "Adebayo", "Adeola", "Chukwudi", "Oluwatobi", "Bill", "William", "Liz", "Ahmed bin Ali", "Thi Hoa Nguyen",
         "Kibrom Bereket", "Kibrom Bereket Mulugeta", "Dr Ann", "Katherine", "Catherine", "Elizabeth", "Konstantinopoulos", "Fatima Zahra", "Kim"]
TOWNS = ["Kingston upon Hull", "Hull", "St Helens", "São Paulo", "Bradford", "Stoke on Trent", "Stoke", "Leeds City"]
NATIONS = ["Albanian", "Albania", "Vietnamese", "Ethiopian", "Eritrea", "Nigerian", "Romanian", "Afghan", "Iranian"]
STREETS = ["12 High Street", "12 High St", "Flat 3 Rose Court", "4 Mill Lane", "High Street 12", "77 Long Acre Road",
           "1 Market Place Tower Block North Wing Corridor"]
TEXTS = ["factory worker", "worker factory", "nail bar", "car wash hand", "carwash hand", "domestic", "farm hand"]
HOSTILE = ["\u202eevil\u202c", "Robert'); DROP TABLE people;--", 'quo"ted', "\u200f\u200e", "Ⅷ", "\\", "${env:HOME}",
           "a" * 3000, "x", "%s%n", "\u0301\u0301", "𝔊𝔬𝔱𝔥𝔦𝔠", "null", "NULL", "'", "--"]


def edit(r, s):
    """A typing error, or two."""
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        k, kind = r.randrange(len(s) + 1), r.randrange(4)
        letter = r.choice("0123456789") if s[:1].isdigit() else r.choice("abcdefghijklmnopqrstuvwxyz")
        if kind == 0:
            s = s[:k] + letter + s[k:]
        elif kind == 1 and len(s) > 1:
            s = s[:k] + s[k + 1:]
        elif kind == 2:
            s = s[:k] + letter + s[k + 1:]
        elif k + 1 < len(s):
            s = s[:k] + s[k + 1] + s[k] + s[k + 2:]
    return s


def near(r, pool):
    """Does one of the things that happen to a text."""

    def change(s):
        kind = r.randrange(12)
        if kind < 4:
            return edit(r, s)
        if kind == 4:
            return " ".join(reversed(s.split()))
        if kind == 5:
            return s.replace(" ", "")
        if kind == 6:
            return s.split()[0] if s.split() else s
        if kind == 7:
            return s + " " + r.choice(pool)
        if kind == 8:
            return s[:1]
        if kind == 9:
            return r.choice(HOSTILE)
        return r.choice(pool)

    return change


def days(y, m, d):
    """Days since 1970-01-01 of a Gregorian day, from the rule of leap years."""
    leap = lambda x: x % 4 == 0 and (x % 100 != 0 or x % 400 == 0)
    lengths = [31, 29 if leap(y) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 365 * (y - 1970) + sum(leap(x) for x in range(1970, y)) - sum(leap(x) for x in range(y, 1970)) \
        + sum(lengths[:m - 1]) + d - 1


def in_another_calendar(r, y, m, d):
    """The same day as Ethiopia, Iran or the lunar calendar write it (near enough for the last two)."""
    day, kind = days(y, m, d), r.randrange(3)
    if kind == 0:
        n = day + 2440588 - 1724221
        year = (4 * n + 1463) // 1461
        start = 365 * (year - 1) + year // 4
        return year, (n - start) // 30 + 1, (n - start) % 30 + 1
    if kind == 1:
        year = y - 621 if (m, d) >= (3, 21) else y - 622
        start = days(year + 621, 3, 21)
        n = max(day - start, 0)
        return (year, n // 31 + 1, n % 31 + 1) if n < 186 else (year, (n - 186) // 30 + 7, (n - 186) % 30 + 1)
    n = day + 2440588 - 1948440
    year = (30 * n + 10646) // 10631
    start = (year - 1) * 354 + (3 + 11 * year) // 30
    month = min((2 * (n - start) + 1) // 59 + 1, 12)
    return year, month, max(n - start - (59 * (month - 1) + 1) // 2 + 1, 1)


def date_near(r, text):
    y, m, d = (int(x) for x in text.split("-"))
    kind = r.randrange(14)
    if kind == 0:
        m, d = d, m
    elif kind == 1:
        return edit(r, text.replace("-", ""))
    elif kind == 2:
        return f"{y}"
    elif kind == 3:
        return f"{y}-{m:02}"
    elif kind == 4:
        y, m, d = y + r.choice([-1, 0, 1]), 1, 1
    elif kind == 5:
        y += r.choice([-2, -1, 1, 2])
    elif kind == 6:
        m, d = r.randrange(1, 13), r.randrange(1, 29)
    elif kind in (7, 8):
        y, m, d = in_another_calendar(r, y, m, d)
    elif kind == 9:
        y, m = y + r.choice([-1, 1]), (m + 5) % 12 + 1
    elif kind == 10:
        return r.choice(["", "unknown", f"{y - 7}", f"{y - 621}"])
    elif kind == 11:
        y, m, d = r.randrange(1950, 2010), r.randrange(1, 13), r.randrange(1, 29)
    elif kind == 12:
        d = r.randrange(1, 29)
    return f"{y}-{m:02}-{d:02}"


def a_date(r):
    return f"{r.randrange(1960, 2009)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"


def digits(r, n):
    return "".join(r.choice("0123456789") for _ in range(n))


def kinds(r):
    """type -> (a value, what happens to it)"""
    name, town, text = near(r, NAMES), near(r, TOWNS), near(r, TEXTS)
    mails = ["jo@a.org", "maria.luisa@example.org", "m.luisa@example.org", "josé@exämple.org", "jose@example.org",
             "a-very-long-local-part-of-an-address@a-very-long-host-name.example.org", "дмитрий@пример.рф"]
    codes = ["A1", "A12", "A123", "B12", "B123", "12", "13", "XY9"]
    return {
        "given_name": (lambda: r.choice(NAMES), name), "family_name": (lambda: r.choice(NAMES), name),
        "full_name": (lambda: " ".join(r.choice(NAMES) for _ in range(r.choice([1, 2, 2, 3]))), name),
        "date": (lambda: a_date(r), lambda s: date_near(r, s)),
        "year": (lambda: str(r.randrange(1950, 2010)),
                 lambda s: r.choice([str(int(s) + 1), s[:2] + s[3] + s[2], edit(r, s), str(r.randrange(1900, 2020))])),
        "sex": (lambda: r.choice("mf"), lambda s: r.choice(["m", "F", "female", "unknown", "x"])),
        "nationality": (lambda: r.choice(NATIONS), near(r, NATIONS)),
        "country": (lambda: r.choice(NATIONS), near(r, NATIONS)),
        "place": (lambda: r.choice(TOWNS), town),
        "postcode": (lambda: f"HU{r.randrange(1, 10)} {r.randrange(10)}AB",
                     lambda s: r.choice([edit(r, s), s[:-3] + r.choice(["1XZ", "9QQ"]), f"LS{r.randrange(9)}1 4DT",
                                         digits(r, 5), "10115", "10117"])),
        "address": (lambda: r.choice(STREETS), near(r, STREETS)), "text": (lambda: r.choice(TEXTS), text),
        "phone": (lambda: "07" + digits(r, 9), lambda s: r.choice([edit(r, s), "+44" + s[1:], digits(r, 2), digits(r, 9)])),
        "email": (lambda: r.choice(mails), near(r, mails)),
        "identifier": (lambda: "NRM" + digits(r, 6) + r.choice(["", "LONG" + digits(r, 28)]),
                       lambda s: r.choice([edit(r, s), edit(r, edit(r, s)), s[:-1], s + "X", digits(r, 2), digits(r, 9)])),
        "code": (lambda: r.choice(codes), lambda s: r.choice([edit(r, s), r.choice(codes)])),
    }


def swap(r, row, at):
    """Given and family name in each other's place, one missing, or words in another order."""
    g, f = at.get("given_name"), at.get("family_name")
    if g is None or f is None:
        return
    kind = r.randrange(16)
    if kind < 2:
        row[g], row[f] = row[f], row[g]
    elif kind == 2:
        row[g], row[f] = row[f], ""
    elif kind == 3:
        row[g], row[f] = "", row[g]
    elif kind == 4:
        words = (row[g] + " " + row[f]).split()
        r.shuffle(words)
        row[g], row[f] = " ".join(words[1:]), words[0] if words else ""


def made(seed, columns, groups=GROUPS):
    """Header and rows for {name: type}; "grp" is the block."""
    r = random.Random(seed)
    of = kinds(r)
    names = list(columns)
    types = [c if isinstance(c, str) else c["type"] for c in columns.values()]
    at = {t: 2 + i for i, t in reversed(list(enumerate(types)))}
    disputed = [c["disputed"] for c in columns.values() if isinstance(c, dict)]
    rows = []
    for g in range(groups):
        person = [of[t][0]() for t in types]
        for k in range(PER_GROUP):
            row = [f"{g:03}-{k:02}", f"g{g:03}"]
            for t, v in zip(types, person):
                if k and r.random() < 0.45:
                    v = of[t][1](v)
                row.append("" if r.random() < 0.06 else v)
            addresses = [i for i, t in enumerate(types) if t == "address"]
            if len(addresses) > 1 and r.random() < 0.2:
                i, j = (2 + x for x in addresses[:2])
                row[i], row[j] = row[j], row[i] if r.random() < 0.5 else r.choice(STREETS)
            swap(r, row, at)
            for _ in disputed:
                row.append(r.choice(["", "", "", "yes", "no", a_date(r), row[at["date"]], date_near(r, "1999-11-12")]))
            rows.append(row)
    return ["id", "grp", *names, *disputed], rows


# the same, near and similar words, those that say little, short and long forms, initials
WORDS = ["ana", "anna", "ahmed", "ahmad", "ahmet", "maria", "mario", "marya", "katherine", "catherine", "bill",
         "william", "liz", "elizabeth", "bob", "robert", "ali", "aly", "luis", "luisa", "bin", "abu", "van", "de", "a", "m"]


def many_words(seed, groups=24, per_group=22):
    """Names of up to six words out of a few, in any order, divided in any way between given and family name: which
    word takes which is what decides."""
    r = random.Random(seed)
    rows = []
    for g in range(groups):
        pool = r.sample(WORDS, 6)
        for k in range(per_group):
            words = [r.choice(pool if r.random() < 0.85 else WORDS) for _ in range(r.choice([2, 3, 3, 4, 5, 6]))]
            cut = r.randrange(len(words) + 1)
            whole = [r.choice(pool) for _ in range(r.randrange(1, 6))]
            rows.append([f"{g:03}-{k:02}", f"g{g:03}", " ".join(words[:cut]), " ".join(words[cut:]), " ".join(whole),
                         f"19{60 + r.randrange(40)}-{r.randrange(1, 13):02}-{r.randrange(1, 29):02}"])
    return ["id", "grp", "first", "last", "whole", "born"], rows


def sets():
    """(what, columns for the specification, header, rows, more of the specification)"""
    main = {"first": "given_name", "last": "family_name", "born": {"type": "date", "disputed": "other date"},
            "sex": "sex", "nation": "nationality", "town": "place", "post": "postcode", "street": "address",
            "street 2": "address", "tel": "phone", "mail": "email", "ref": "identifier", "kind": "code"}
    rest = {"name": "full_name", "country": "country", "year": "year", "job": "text", "dob": "date", "dob 2": "date",
            "id 2": "identifier"}
    beside = {"whole": "full_name", "first": "given_name", "middle": "given_name", "last": "family_name",
              "mail": "email", "tel": "phone", "born": {"type": "date", "disputed": "assessed"}, "home": "country"}
    for seed, (what, columns) in enumerate([("every type", main), ("full name, year, text", rest),
                                            ("full name beside its parts", beside)]):
        header, rows = made(100 + seed, columns)
        yield (what, {**columns, "grp": "code"}, header, rows,
               {"blocking": [["grp"]], "comparisons": {"grp": {"compare": False}}})
    header, rows = made(200, main, 20)
    yield ("every type, chosen rules", main, header, rows, {})
    header, rows = made(201, rest, 25)
    yield ("full name split, its own keys", rest, header, rows,
           {"blocking": [["name"], ["name:sound", "dob:year"], ["name:2", "dob:monthday"], ["job"]]})
    for what, names in (("names of many words", {"first": "given_name", "last": "family_name"}),
                        ("full names of many words", {"whole": "full_name"})):
        header, rows = many_words(300)
        yield (what, {**names, "born": "date", "grp": "code"}, header, rows,
               {"blocking": [["grp"]], "comparisons": {"grp": {"compare": False}}})
