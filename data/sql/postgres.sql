-- What the levels need and PostgreSQL lacks. Whole-number arithmetic throughout: a threshold is never
-- decided by rounding. Texts hold characters up to U+00FF only (one a byte of the value).

-- Jaro-Winkler similarity in thousandths, rounded down; Winkler's bonus only above 7/10.
CREATE OR REPLACE FUNCTION throughline_jw(a text, b text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    x bytea := convert_to(a, 'LATIN1');
    y bytea := convert_to(b, 'LATIN1');
    la integer := length(x);
    lb integer := length(y);
    reach integer := greatest(greatest(la, lb) / 2 - 1, 0);
    free bytea := y;
    got bytea := x;
    m integer := 0;
    moved integer := 0;
    prefix integer := 0;
    at integer;
    num bigint;
    den bigint;
BEGIN
    IF la = 0 OR lb = 0 THEN
        RETURN CASE WHEN la = lb THEN 1000 ELSE 0 END;
    END IF;
    FOR i IN 0 .. la - 1 LOOP
        at := greatest(i - reach, 0);
        num := position(substring(x FROM i + 1 FOR 1) IN substring(free FROM at + 1 FOR i + reach + 1 - at));
        IF num > 0 THEN
            free := set_byte(free, at + num::integer - 1, 0);
            got := set_byte(got, m, get_byte(x, i));
            m := m + 1;
        END IF;
    END LOOP;
    IF m = 0 THEN
        RETURN 0;
    END IF;
    at := 0;
    FOR k IN 0 .. lb - 1 LOOP
        IF get_byte(free, k) = 0 THEN
            IF get_byte(y, k) <> get_byte(got, at) THEN
                moved := moved + 1;
            END IF;
            at := at + 1;
        END IF;
    END LOOP;
    num := m * m * (la + lb) + (m - moved / 2) * la * lb;
    den := 3 * la * lb * m;
    IF 10 * num > 7 * den THEN
        WHILE prefix < 4 AND prefix < la AND prefix < lb AND get_byte(x, prefix) = get_byte(y, prefix) LOOP
            prefix := prefix + 1;
        END LOOP;
        num := 10 * num + prefix * (den - num);
        den := 10 * den;
    END IF;
    RETURN 1000 * num / den;
END
$f$;

-- Optimal string alignment distance, or most + 1 when it is over `most`: a band of 2 most + 1 cells a row.
CREATE OR REPLACE FUNCTION throughline_osa(a text, b text, most integer) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    x bytea := convert_to(a, 'LATIN1');
    y bytea := convert_to(b, 'LATIN1');
    la integer := length(x);
    lb integer := length(y);
    above2 integer[];
    above integer[];
    here integer[];
    least_ integer;
    d integer;
BEGIN
    IF abs(la - lb) > most THEN
        RETURN most + 1;
    END IF;
    here := array_fill(most + 1, ARRAY[lb + 1], ARRAY[0]);
    FOR j IN 0 .. least(lb, most) LOOP
        here[j] := j;
    END LOOP;
    FOR i IN 1 .. la LOOP
        above2 := above;
        above := here;
        here := array_fill(most + 1, ARRAY[lb + 1], ARRAY[0]);
        least_ := most + 1;
        IF i <= most THEN
            here[0] := i;
            least_ := i;
        END IF;
        FOR j IN greatest(i - most, 1) .. least(i + most, lb) LOOP
            d := above[j - 1] + CASE WHEN get_byte(x, i - 1) = get_byte(y, j - 1) THEN 0 ELSE 1 END;
            d := least(d, above[j] + 1, here[j - 1] + 1);
            IF i > 1 AND j > 1 THEN
                IF get_byte(x, i - 1) = get_byte(y, j - 2) AND get_byte(x, i - 2) = get_byte(y, j - 1) THEN
                    d := least(d, above2[j - 2] + 1);
                END IF;
            END IF;
            here[j] := d;
            least_ := least(least_, d);
        END LOOP;
        IF least_ > most THEN
            RETURN most + 1;
        END IF;
    END LOOP;
    RETURN least(here[lb], most + 1);
END
$f$;

CREATE OR REPLACE FUNCTION throughline_words(packed text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$
    SELECT coalesce(string_to_array(packed, ' ')::bigint[], '{}')
$f$;

-- How many of a's words are among b's.
CREATE OR REPLACE FUNCTION throughline_common(a bigint[], b bigint[]) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    n integer := 0;
    w bigint;
BEGIN
    FOREACH w IN ARRAY a LOOP
        IF w = ANY (b) THEN
            n := n + 1;
        END IF;
    END LOOP;
    RETURN n;
END
$f$;

-- A word of a name is key:hash:sound:weak:long forms. How alike two are: 0 the same, 1 near, 2 similar, 3 not.
CREATE OR REPLACE FUNCTION throughline_words_alike(a text, b text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    x text[] := string_to_array(a, ':');
    y text[] := string_to_array(b, ':');
    s integer;
BEGIN
    IF x[2] = y[2] THEN
        RETURN 0;
    ELSIF length(x[1]) = 1 OR length(y[1]) = 1 THEN
        RETURN CASE WHEN substr(x[1], 1, 1) = substr(y[1], 1, 1) THEN 2 ELSE 3 END;
    ELSIF x[3] <> '0' AND x[3] = y[3] AND length(x[1]) > 2 AND length(y[1]) > 2 THEN
        RETURN 1;
    END IF;
    s := throughline_jw(x[1], y[1]);
    RETURN CASE WHEN s >= 920 THEN 1 WHEN s >= 850 THEN 2
        WHEN strpos(x[5], ',' || y[2] || ',') > 0 OR strpos(y[5], ',' || x[2] || ',') > 0 THEN 2 ELSE 3 END;
END
$f$;

-- Has every word of the shorter name that says something a partner, each its own, in the longer one (1), and
-- are there as many words on both sides (2)? Each in turn takes the likest that is left, the first of equals.
CREATE OR REPLACE FUNCTION throughline_bags_meet(a text, b text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    x text[] := string_to_array(a, ' ');
    y text[] := string_to_array(b, ' ');
    strong_x integer := (SELECT count(*) FROM unnest(x) AS w WHERE split_part(w, ':', 4) = '0');
    strong_y integer := (SELECT count(*) FROM unnest(y) AS w WHERE split_part(w, ':', 4) = '0');
    first boolean := CASE WHEN strong_x <> strong_y THEN strong_x < strong_y
                     ELSE cardinality(x) <= cardinality(y) END;
    few text[] := CASE WHEN first THEN x ELSE y END;
    many text[] := CASE WHEN first THEN y ELSE x END;
    taken boolean[] := array_fill(false, ARRAY[cardinality(many)]);
    best integer;
    best_at integer;
    alike integer;
BEGIN
    FOR i IN 1 .. cardinality(few) LOOP
        CONTINUE WHEN split_part(few[i], ':', 4) = '1' AND least(strong_x, strong_y) > 0;
        best := 3;
        FOR k IN 1 .. cardinality(many) LOOP
            IF NOT taken[k] AND best > 0 THEN
                alike := throughline_words_alike(few[i], many[k]);
                IF alike < best THEN
                    best := alike;
                    best_at := k;
                END IF;
            END IF;
        END LOOP;
        IF best = 3 THEN
            RETURN 0;
        END IF;
        taken[best_at] := true;
    END LOOP;
    RETURN CASE WHEN cardinality(x) = cardinality(y) THEN 2 ELSE 1 END;
END
$f$;

-- Days since 1970-01-01 of a Gregorian day; null when there is no such day.
CREATE OR REPLACE FUNCTION throughline_day(y integer, m integer, d integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$
    SELECT CASE WHEN m BETWEEN 1 AND 12 AND d BETWEEN 1 AND CASE
            WHEN m = 2 THEN CASE WHEN y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) THEN 29 ELSE 28 END
            WHEN m IN (4, 6, 9, 11) THEN 30 ELSE 31 END
        THEN 365 * y + (y - CASE WHEN m <= 2 THEN 1 ELSE 0 END) / 4
            - (y - CASE WHEN m <= 2 THEN 1 ELSE 0 END) / 100
            + (y - CASE WHEN m <= 2 THEN 1 ELSE 0 END) / 400
            + (367 * m - 362) / 12 - CASE WHEN m <= 2 THEN 0 ELSE 2 END + d - 719528
        END
$f$;

-- Two days whose years are 7 or more apart: the same day of two calendars (2), years that fit with a
-- part not known (5), or neither (6). (y1, m1, d1) is the earlier one.
CREATE OR REPLACE FUNCTION throughline_calendar_ordered(y1 integer, m1 integer, d1 integer, y2 integer,
    m2 integer, d2 integer, ethiopian boolean) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $f$
DECLARE
    years integer := y2 - y1;
    hijri boolean := y1 BETWEEN 1300 AND 1500 AND y2 >= 1880;
    solar boolean := hijri AND years IN (621, 622);
    lunar boolean := hijri AND abs(y2 - (y1 * 97022 + 62157740) / 100000) <= 1;
    ethiopic boolean := ethiopian AND years IN (7, 8);
    day integer := CASE WHEN d2 > 0 THEN throughline_day(y2, m2, d2) END;
    leaps integer;
BEGIN
    IF NOT (solar OR lunar OR ethiopic) THEN
        RETURN 6;
    END IF;
    IF d1 = 0 OR m1 > 13 OR d1 > 31 OR day IS NULL THEN
        RETURN 5;
    END IF;
    IF ethiopic AND 1724221 + 365 * (y1 - 1) + y1 / 4 + 30 * (m1 - 1) + d1 - 1 - 2440588 = day THEN
        RETURN 2;
    END IF;
    IF solar THEN
        SELECT count(*) FILTER (WHERE k >= 1375 AND k < y1) - count(*) FILTER (WHERE k < 1375 AND k >= y1)
        INTO leaps FROM generate_series(1300, 1500) AS k WHERE (k * 8 + 29) % 33 < 8;
        IF (throughline_day(1996, 3, 20) + 365 * (y1 - 1375) + leaps
            + CASE WHEN m1 <= 7 THEN 31 * (m1 - 1) ELSE 186 + 30 * (m1 - 7) END + d1 - 1) = day THEN
            RETURN 2;
        END IF;
    END IF;
    IF lunar AND abs(d1 + (59 * (m1 - 1) + 1) / 2 + (y1 - 1) * 354 + (3 + 11 * y1) / 30 + 1948439 - 2440588
                     - day) <= 1 THEN
        RETURN 2;
    END IF;
    RETURN 6;
END
$f$;

CREATE OR REPLACE FUNCTION throughline_calendar(y1 integer, m1 integer, d1 integer, y2 integer, m2 integer,
    d2 integer, ethiopian boolean) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
    SELECT CASE WHEN abs(y1 - y2) < 7 OR abs(y1 - y2) BETWEEN 9 AND 499 THEN 6
        WHEN y1 < y2 THEN throughline_calendar_ordered(y1, m1, d1, y2, m2, d2, ethiopian)
        ELSE throughline_calendar_ordered(y2, m2, d2, y1, m1, d1, ethiopian) END
$f$;

CREATE OR REPLACE FUNCTION throughline_log2(x double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$ SELECT ln(x) / ln(2.0::double precision) $f$;

CREATE OR REPLACE FUNCTION throughline_exp2(x double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $f$
    SELECT CASE WHEN x < -1000 THEN 0 ELSE power(2.0::double precision, x) END
$f$;

CREATE OR REPLACE FUNCTION throughline_check(holds boolean, message text) RETURNS boolean
LANGUAGE plpgsql AS $f$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE EXCEPTION '%', message;
    END IF;
    RETURN true;
END
$f$;
