-- What the levels need and DuckDB lacks. Texts hold characters up to U+00FF only (one a byte of the value).

CREATE OR REPLACE MACRO throughline_prefix(a, b) AS
    CASE WHEN substr(a, 1, 1) <> substr(b, 1, 1) THEN 0 WHEN substr(a, 2, 1) <> substr(b, 2, 1) THEN 1
         WHEN substr(a, 3, 1) <> substr(b, 3, 1) THEN 2 WHEN substr(a, 4, 1) <> substr(b, 4, 1) THEN 3 ELSE 4 END;

-- Jaro-Winkler similarity in thousandths, rounded down; Winkler's bonus only above 7/10. DuckDB's Jaro
-- similarity of ASCII texts of up to 32 characters is a ratio of denominator 3 la lb m, at most 98304, ten
-- times that with the bonus. So it is 7/10 or over 1e-6 away from it, and in thousandths a whole number or
-- over 1e-6 below the next one: half of that added before rounding down gives the exact answer, whatever the
-- last bits of the double are.
CREATE OR REPLACE MACRO throughline_jw_of(jaro, prefix) AS
    CAST(floor(1000 * CASE WHEN jaro > 0.7000005 THEN jaro + prefix * (1 - jaro) / 10 ELSE jaro END + 5e-7)
         AS INTEGER);
CREATE OR REPLACE MACRO throughline_jw_ascii(a, b) AS
    throughline_jw_of(jaro_similarity(b, a), throughline_prefix(a, b));

-- DuckDB compares bytes; the partners of other characters are found here. b with the characters that have a
-- partner in a replaced by U+0001, then the characters of a that have one.
CREATE OR REPLACE MACRO throughline_reach(a, b) AS greatest(greatest(length(a), length(b)) // 2 - 1, 0);
CREATE OR REPLACE MACRO throughline_take(s, c, first, n) AS
    CASE WHEN position(c IN substr(s, first, n)) > 0
         THEN substr(s, 1, first + position(c IN substr(s, first, n)) - 2) || chr(1)
              || substr(s, first + position(c IN substr(s, first, n))) || c
         ELSE s END;
CREATE OR REPLACE MACRO throughline_partners(a, b) AS
    list_reduce([b] || string_split(a, ''), lambda s, c, i: throughline_take(s, c,
        greatest(i - 1 - throughline_reach(a, b), 1),
        greatest(least(i - 1 + throughline_reach(a, b), length(b)) + 1
                 - greatest(i - 1 - throughline_reach(a, b), 1), 0)));
-- ... of those, the ones that are not in the same order.
CREATE OR REPLACE MACRO throughline_moved(b, p) AS
    len(list_filter(list_zip(string_split(substr(p, length(b) + 1), ''),
            list_filter(list_zip(string_split(b, ''), string_split(substr(p, 1, length(b)), '')),
                        lambda z: z[2] = chr(1))), lambda z: z[1] <> z[2][1]));
CREATE OR REPLACE MACRO throughline_jw_ratio(num, den, prefix) AS
    CASE WHEN den = 0 THEN 0 WHEN 10 * num > 7 * den THEN 1000 * (10 * num + prefix * (den - num)) // (10 * den)
         ELSE 1000 * num // den END;
CREATE OR REPLACE MACRO throughline_jw_counted(a, b, p, m) AS
    throughline_jw_ratio(m * m * (length(a) + length(b)) + (m - throughline_moved(b, p) // 2) * length(a) * length(b),
        3 * length(a) * length(b) * m, throughline_prefix(a, b));
CREATE OR REPLACE MACRO throughline_jw(a, b) AS
    CASE WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN throughline_jw_ascii(a, b)
         ELSE list_transform([throughline_partners(a, b)],
                             lambda p: throughline_jw_counted(a, b, p, length(p) - length(b)))[1] END;

-- Optimal string alignment distance of ASCII texts up to `most` (1 or 2), or most + 1. The unrestricted
-- distance is never larger and equals it up to 1; 2 of it are 2 here unless a swapped pair is edited again:
-- then two swapped neighbours must leave at most one edit before and after them.
CREATE OR REPLACE MACRO throughline_swap_within(a, b) AS
    len(list_filter(range(1, length(a)), lambda i: len(list_filter([i - 1, i, i + 1], lambda j: j >= 1
        AND j < length(b) AND substr(a, i, 1) = substr(b, j + 1, 1) AND substr(a, i + 1, 1) = substr(b, j, 1)
        AND damerau_levenshtein(substr(a, 1, i - 1), substr(b, 1, j - 1))
            + damerau_levenshtein(substr(a, i + 2), substr(b, j + 2)) <= 1)) > 0)) > 0;
CREATE OR REPLACE MACRO throughline_osa(a, b, most) AS
    CASE WHEN abs(length(a) - length(b)) > most OR damerau_levenshtein(a, b) > most THEN most + 1
         WHEN damerau_levenshtein(a, b) < 2 OR levenshtein(a, b) <= 2 OR throughline_swap_within(a, b)
         THEN CAST(damerau_levenshtein(a, b) AS INTEGER) ELSE 3 END;

CREATE OR REPLACE MACRO throughline_words(packed) AS coalesce(CAST(string_split(packed, ' ') AS BIGINT[]), []);

-- How many of a's words are among b's.
CREATE OR REPLACE MACRO throughline_common(a, b) AS len(list_filter(a, lambda w: list_contains(b, w)));

-- A word of a name is key:hash:sound:weak:long forms; here as a list. How alike two are: 0 the same, 1 near,
-- 2 similar, 3 not.
CREATE OR REPLACE MACRO throughline_words_alike(x, y) AS
    CASE WHEN x[2] = y[2] THEN 0
         WHEN length(x[1]) = 1 OR length(y[1]) = 1 THEN if(substr(x[1], 1, 1) = substr(y[1], 1, 1), 2, 3)
         WHEN x[3] <> '0' AND x[3] = y[3] AND length(x[1]) > 2 AND length(y[1]) > 2 THEN 1
         WHEN throughline_jw_ascii(x[1], y[1]) >= 920 THEN 1 WHEN throughline_jw_ascii(x[1], y[1]) >= 850 THEN 2
         WHEN position(',' || y[2] || ',' IN x[5]) > 0 OR position(',' || x[2] || ',' IN y[5]) > 0 THEN 2
         ELSE 3 END;
CREATE OR REPLACE MACRO throughline_strong(bag) AS
    len(list_filter(string_split(bag, ' '), lambda w: string_split(w, ':')[4] = '0'));

-- The place among `many` of w's partner: the likest that is not taken, the first of equals; null for none.
CREATE OR REPLACE MACRO throughline_partner(w, many, taken) AS
    list_reduce(['9:0'] || list_transform(many, lambda m, k: concat(
            CASE WHEN position(concat(',', k, ',') IN taken) > 0 THEN 3
                 ELSE throughline_words_alike(string_split(w, ':'), string_split(m, ':')) END, ':', k)),
        lambda best, pick: if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best));
-- Has every word of `few` that says something a partner, each its own? The state lists the places taken; 'x'
-- is failure.
CREATE OR REPLACE MACRO throughline_bag_within(few, many) AS
    list_reduce([','] || string_split(few, ' '), lambda s, w: CASE WHEN s = 'x' THEN 'x'
        WHEN string_split(w, ':')[4] = '1' AND throughline_strong(few) > 0 THEN s
        ELSE list_transform([throughline_partner(w, string_split(many, ' '), s)],
                            lambda p: if(substr(p, 1, 1) < '3', s || substr(p, 3) || ',', 'x'))[1] END) <> 'x';
-- ... in the longer name (1), and are there as many words on both sides (2)?
CREATE OR REPLACE MACRO throughline_bags_meet(a, b) AS
    CASE WHEN NOT CASE WHEN throughline_strong(a) < throughline_strong(b)
                            OR throughline_strong(a) = throughline_strong(b)
                               AND len(string_split(a, ' ')) <= len(string_split(b, ' '))
                       THEN throughline_bag_within(a, b) ELSE throughline_bag_within(b, a) END THEN 0
         WHEN len(string_split(a, ' ')) = len(string_split(b, ' ')) THEN 2 ELSE 1 END;

-- Days since 1970-01-01 of a Gregorian day; null when there is no such day.
CREATE OR REPLACE MACRO throughline_days_before(y, m) AS
    365 * y + (y - if(m <= 2, 1, 0)) // 4 - (y - if(m <= 2, 1, 0)) // 100 + (y - if(m <= 2, 1, 0)) // 400
    + (367 * m - 362) // 12 - if(m <= 2, 0, 2) - 719528;
CREATE OR REPLACE MACRO throughline_day(y, m, d) AS
    CASE WHEN m BETWEEN 1 AND 12 AND d BETWEEN 1 AND CASE
            WHEN m = 2 THEN if(y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0), 29, 28)
            WHEN m IN (4, 6, 9, 11) THEN 30 ELSE 31 END
        THEN throughline_days_before(y, m) + d END;
CREATE OR REPLACE MACRO throughline_ethiopian(y, m, d) AS
    1724221 + 365 * (y - 1) + y // 4 + 30 * (m - 1) + d - 1 - 2440588;
CREATE OR REPLACE MACRO throughline_solar_hijri(y, m, d) AS
    throughline_days_before(1996, 3) + 20 + 365 * (y - 1375)
    + len(list_filter(range(1375, 1501), lambda k: k < y AND (k * 8 + 29) % 33 < 8))
    - len(list_filter(range(1300, 1375), lambda k: k >= y AND (k * 8 + 29) % 33 < 8))
    + CASE WHEN m <= 7 THEN 31 * (m - 1) ELSE 186 + 30 * (m - 7) END + d - 1;
CREATE OR REPLACE MACRO throughline_lunar_hijri(y, m, d) AS
    d + (59 * (m - 1) + 1) // 2 + (y - 1) * 354 + (3 + 11 * y) // 30 + 1948439 - 2440588;

-- Two days whose years are 7 or more apart: the same day of two calendars (2), years that fit with a
-- part not known (5), or neither (6). (y1, m1, d1) is the earlier one.
CREATE OR REPLACE MACRO throughline_hijri_years(y1, y2) AS y1 BETWEEN 1300 AND 1500 AND y2 >= 1880;
CREATE OR REPLACE MACRO throughline_solar(y1, y2) AS throughline_hijri_years(y1, y2) AND y2 - y1 IN (621, 622);
CREATE OR REPLACE MACRO throughline_lunar(y1, y2) AS
    throughline_hijri_years(y1, y2) AND abs(y2 - (y1 * 97022 + 62157740) // 100000) <= 1;
CREATE OR REPLACE MACRO throughline_calendar_of(y1, m1, d1, y2, m2, d2, ethiopic) AS
    CASE WHEN NOT (ethiopic OR throughline_solar(y1, y2) OR throughline_lunar(y1, y2)) THEN 6
         WHEN d1 = 0 OR m1 > 13 OR d1 > 31 OR throughline_day(y2, m2, d2) IS NULL THEN 5
         WHEN ethiopic AND throughline_ethiopian(y1, m1, d1) = throughline_day(y2, m2, d2) THEN 2
         WHEN throughline_solar(y1, y2) AND throughline_solar_hijri(y1, m1, d1) = throughline_day(y2, m2, d2) THEN 2
         WHEN throughline_lunar(y1, y2)
              AND abs(throughline_lunar_hijri(y1, m1, d1) - throughline_day(y2, m2, d2)) <= 1 THEN 2
         ELSE 6 END;
CREATE OR REPLACE MACRO throughline_calendar(y1, m1, d1, y2, m2, d2, ethiopian) AS
    CASE WHEN abs(y1 - y2) < 7 OR abs(y1 - y2) BETWEEN 9 AND 499 THEN 6
         WHEN y1 < y2 THEN throughline_calendar_of(y1, m1, d1, y2, m2, d2, ethiopian AND y2 - y1 IN (7, 8))
         ELSE throughline_calendar_of(y2, m2, d2, y1, m1, d1, ethiopian AND y1 - y2 IN (7, 8)) END;

CREATE OR REPLACE MACRO throughline_log2(x) AS log2(CAST(x AS DOUBLE));
CREATE OR REPLACE MACRO throughline_exp2(x) AS power(2.0::DOUBLE, CAST(x AS DOUBLE));
CREATE OR REPLACE MACRO throughline_check(holds, message) AS
    CASE WHEN holds THEN true ELSE error(message) END;
