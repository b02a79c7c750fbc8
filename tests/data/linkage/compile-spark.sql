-- A linkage model of Throughline as SQL for Spark SQL 3.4 or later.
-- Reads throughline_people (made by: throughline link prepare), leaves throughline_pairs:
-- id_a, id_b, match_weight in bits, match_probability, and the level of each comparison
-- (0 missing, 1 the same, higher is weaker). Drops the other tables that it makes.
-- Trained on 840 records, fingerprint 86ebeaa847d68daa; frequencies of values: those that the model keeps.
-- This text was not run on Spark itself: the tests run it on DuckDB, with its functions renamed,
-- and find the answers of study link. Compare a sample with study link --pairs first.
-- 1: "first", given_name
-- 2: "last", family_name
-- 3: "born", date
-- 4: "other date", date_dispute (not compared)
-- 5: "year", year
-- 6: "sex", sex
-- 7: "nation", nationality
-- 8: "town", place
-- 9: "post", postcode
-- 10: "street", address
-- 11: "street 2", address
-- 12: "tel", phone
-- 13: "mail", email
-- 14: "ref", identifier
-- 15: "job`s", text

CREATE OR REPLACE TEMPORARY VIEW throughline_people (record_2_1 BIGINT, id STRING, source STRING, v1 STRING, v1_words STRING, v1_sorted BIGINT, v1_joined BIGINT, v1_key STRING, v1_sound BIGINT, v1_sounds STRING, v1_joined_sound BIGINT, v1_strong BIGINT, v1_family BIGINT, v1_whole BIGINT, v1_formals STRING, v1_bag STRING, v2 STRING, v2_words STRING, v2_sorted BIGINT, v2_joined BIGINT, v2_key STRING, v2_sound BIGINT, v2_sounds STRING, v2_joined_sound BIGINT, v2_strong BIGINT, v2_family BIGINT, v2_whole BIGINT, v2_formals STRING, v2_bag STRING, v3 STRING, v3_year BIGINT, v3_month BIGINT, v3_day BIGINT, v4 STRING, v4_year BIGINT, v4_month BIGINT, v4_day BIGINT, v5 STRING, v6 STRING, v7 STRING, v7_ethiopian BIGINT, v8 STRING, v8_words STRING, v8_sorted BIGINT, v8_joined BIGINT, v9 STRING, v10 STRING, v10_words STRING, v10_sorted BIGINT, v10_joined BIGINT, v11 STRING, v11_words STRING, v11_sorted BIGINT, v11_joined BIGINT, v12 STRING, v13 STRING, v14 STRING, v15 STRING, v15_words STRING, v15_sorted BIGINT, v15_joined BIGINT)
USING csv OPTIONS (path 'prepared.csv', header 'true', enforceSchema 'false', multiLine 'true', quote '"', escape '"', mode 'FAILFAST');

DROP TABLE IF EXISTS throughline_facts;
CREATE TABLE throughline_facts USING parquet AS
SELECT count(*) AS records, count(source) > 0 AS sourced,
    count(DISTINCT v1) > 1 AS u1, count(v1) AS p1,
    count(DISTINCT v2) > 1 AS u2, count(v2) AS p2,
    count(DISTINCT v3) > 1 AS u3, count(v3) AS p3,
    (count(DISTINCT v4) > 1) AND false AS u4, count(v4) AS p4,
    count(DISTINCT v5) > 1 AS u5, count(v5) AS p5,
    count(DISTINCT v6) > 1 AS u6, count(v6) AS p6,
    count(DISTINCT v7) > 1 AS u7, count(v7) AS p7,
    count(DISTINCT v8) > 1 AS u8, count(v8) AS p8,
    count(DISTINCT v9) > 1 AS u9, count(v9) AS p9,
    count(DISTINCT v10) > 1 AS u10, count(v10) AS p10,
    count(DISTINCT v11) > 1 AS u11, count(v11) AS p11,
    count(DISTINCT v12) > 1 AS u12, count(v12) AS p12,
    count(DISTINCT v13) > 1 AS u13, count(v13) AS p13,
    count(DISTINCT v14) > 1 AS u14, count(v14) AS p14,
    count(DISTINCT v15) > 1 AS u15, count(v15) AS p15
FROM throughline_people;

SELECT (CASE WHEN count(*) > 1 AND count(DISTINCT record_2_1) = count(*) AND count(DISTINCT id) = count(*) THEN true ELSE raise_error('throughline_people needs two records or more, each with its own number and id') END) AS sound FROM throughline_people;

DROP TABLE IF EXISTS throughline_known;
CREATE TABLE throughline_known (col INTEGER, txt STRING, bits FLOAT) USING parquet;
INSERT INTO throughline_known VALUES
(1, 'konstantinopoulos', CAST('3.29709435' AS FLOAT)),
(1, 'liwei', CAST('4.65617561' AS FLOAT)),
(1, 'mohammed', CAST('3.50731206' AS FLOAT)),
(1, 'al haddad', CAST('4.42484999' AS FLOAT)),
(1, 'zhang', CAST('4.53588104' AS FLOAT)),
(1, 'elizabeth', CAST('4.42484999' AS FLOAT)),
(1, 'stefan', CAST('4.32175636' AS FLOAT)),
(1, 'li', CAST('2.91295075' AS FLOAT)),
(1, 'abd allh', CAST('3.82218528' AS FLOAT)),
(1, 'thi hoa', CAST('4.53588104' AS FLOAT)),
(1, 'catherine', CAST('4.22554111' AS FLOAT)),
(1, 'dang', CAST('3.75347257' AS FLOAT)),
(1, 'liz', CAST('4.32175636' AS FLOAT)),
(1, 'arber', CAST('4.13534307' AS FLOAT)),
(1, 'ahmed bin ali', CAST('4.32175636' AS FLOAT)),
(1, 'oluwaseun', CAST('3.97028399' AS FLOAT)),
(1, 'chukwudi', CAST('4.42484999' AS FLOAT)),
(1, 'adeola', CAST('4.32175636' AS FLOAT)),
(1, 'adebayo', CAST('4.42484999' AS FLOAT)),
(1, 'jean luc paul', CAST('4.22554111' AS FLOAT)),
(1, 'bill', CAST('4.13534307' AS FLOAT)),
(1, 'maria luisa', CAST('4.32175636' AS FLOAT)),
(1, 'katherine', CAST('3.89433503' AS FLOAT)),
(1, 'jose', CAST('3.68788433' AS FLOAT)),
(1, 'jo', CAST('4.05045414' AS FLOAT)),
(1, 'yiriga', CAST('3.4518168' AS FLOAT)),
(2, 'konstantinopoulos', CAST('4.10866213' AS FLOAT)),
(2, 'mohammed', CAST('5.20819759' AS FLOAT)),
(2, 'al haddad', CAST('4.31511259' AS FLOAT)),
(2, 'zhang', CAST('4.95665884' AS FLOAT)),
(2, 'elizabeth', CAST('4.31511259' AS FLOAT)),
(2, 'william', CAST('4.04592609' AS FLOAT)),
(2, 'stefan', CAST('4.24296284' AS FLOAT)),
(2, 'li', CAST('4.10866213' AS FLOAT)),
(2, 'kim', CAST('5.20819759' AS FLOAT)),
(2, 'abd allh', CAST('4.24296284' AS FLOAT)),
(2, 'catherine', CAST('4.24296284' AS FLOAT)),
(2, 'dang', CAST('4.74253416' AS FLOAT)),
(2, 'kibrom bereket', CAST('5.07695293' AS FLOAT)),
(2, 'kibrom bereket mulugeta', CAST('5.07695293' AS FLOAT)),
(2, 'oluwaseun', CAST('4.74253416' AS FLOAT)),
(2, 'cheung', CAST('5.07695293' AS FLOAT)),
(2, 'adeola', CAST('4.47123194' AS FLOAT)),
(2, 'adebayo', CAST('4.04592609' AS FLOAT)),
(2, 'muhammad', CAST('4.47123194' AS FLOAT)),
(2, 'bill', CAST('3.81915522' AS FLOAT)),
(2, 'nguyen', CAST('4.55612087' AS FLOAT)),
(2, 'maria luisa', CAST('4.39106178' AS FLOAT)),
(2, 'wolfeschlegelsteinhausenbergerdorff', CAST('4.64631891' AS FLOAT)),
(2, 'katherine', CAST('3.92808962' AS FLOAT)),
(2, 'jose', CAST('4.31511259' AS FLOAT)),
(2, 'yiriga', CAST('4.55612087' AS FLOAT)),
(3, '2006-09-25', CAST('9.68597126' AS FLOAT)),
(3, '1968-07-11', CAST('9.68597126' AS FLOAT)),
(3, '2001-03-13', CAST('9.56567764' AS FLOAT)),
(3, '1965-03-17', CAST('9.81721592' AS FLOAT)),
(3, '1986-09-27', CAST('9.68597126' AS FLOAT)),
(3, '1984-08-15', CAST('9.68597126' AS FLOAT)),
(3, '1976-05-28', CAST('9.81721592' AS FLOAT)),
(3, '1969-02-11', CAST('9.68597126' AS FLOAT)),
(3, '1993-11-10', CAST('9.81721592' AS FLOAT)),
(3, '1971-09-04', CAST('9.81721592' AS FLOAT)),
(3, '2005-11-18', CAST('9.81721592' AS FLOAT)),
(3, '2000-03-16', CAST('9.81721592' AS FLOAT)),
(3, '1970-01-17', CAST('9.68597126' AS FLOAT)),
(3, '1982-10-15', CAST('9.68597126' AS FLOAT)),
(3, '2001-06-19', CAST('9.68597126' AS FLOAT)),
(3, '1973-03-23', CAST('9.81721592' AS FLOAT)),
(3, '1993-08-04', CAST('9.81721592' AS FLOAT)),
(3, '1981-03-21', CAST('9.81721592' AS FLOAT)),
(3, '1974-10-23', CAST('9.68597126' AS FLOAT)),
(3, '2005-08-02', CAST('9.56567764' AS FLOAT)),
(3, '1969-07-05', CAST('9.81721592' AS FLOAT)),
(3, '1987-02-27', CAST('9.81721592' AS FLOAT)),
(5, '1967', CAST('4.99720335' AS FLOAT)),
(5, '1994', CAST('3.70543718' AS FLOAT)),
(5, '1982', CAST('4.49763203' AS FLOAT)),
(5, '1990', CAST('4.42891932' AS FLOAT)),
(5, '1996', CAST('5.1002965' AS FLOAT)),
(5, '2008', CAST('5.1002965' AS FLOAT)),
(5, '1985', CAST('4.42891932' AS FLOAT)),
(5, '1973', CAST('4.64573097' AS FLOAT)),
(5, '1963', CAST('4.9009881' AS FLOAT)),
(5, '1957', CAST('4.81079006' AS FLOAT)),
(5, '2005', CAST('5.46286678' AS FLOAT)),
(5, '2000', CAST('3.66535974' AS FLOAT)),
(5, '1974', CAST('4.99720335' AS FLOAT)),
(5, '1976', CAST('5.46286678' AS FLOAT)),
(5, '1965', CAST('5.46286678' AS FLOAT)),
(5, '1956', CAST('5.33162212' AS FLOAT)),
(5, '1962', CAST('4.81079006' AS FLOAT)),
(5, '2009', CAST('4.81079006' AS FLOAT)),
(5, '1997', CAST('4.24047422' AS FLOAT)),
(5, '1991', CAST('4.30059528' AS FLOAT)),
(5, '1952', CAST('4.56978178' AS FLOAT)),
(5, '1969', CAST('4.81079006' AS FLOAT)),
(5, '1972', CAST('3.66535974' AS FLOAT)),
(5, '1983', CAST('5.21132803' AS FLOAT)),
(5, '1989', CAST('4.99720335' AS FLOAT)),
(5, '1977', CAST('4.07382441' AS FLOAT)),
(6, 'female', CAST('0.427561879' AS FLOAT)),
(6, 'male', CAST('1.05756915' AS FLOAT)),
(7, 'a', CAST('4.63358355' AS FLOAT)),
(7, 'iranian', CAST('2.14081502' AS FLOAT)),
(7, 'ethiopian', CAST('4.2082777' AS FLOAT)),
(7, 'vietnamese', CAST('2.66483474' AS FLOAT)),
(7, 'afghan', CAST('2.36198735' AS FLOAT)),
(7, 'albanian', CAST('3.19301105' AS FLOAT)),
(7, 'albania', CAST('2.89250207' AS FLOAT)),
(7, 'romanian', CAST('1.61820853' AS FLOAT)),
(7, 'eritrea', CAST('3.25507212' AS FLOAT)),
(7, 'nigerian', CAST('3.42301679' AS FLOAT)),
(8, 'l', CAST('5.18722296' AS FLOAT)),
(8, 'hull', CAST('2.17866111' AS FLOAT)),
(8, 'kingston upon hull', CAST('2.52425814' AS FLOAT)),
(8, 's', CAST('4.02495193' AS FLOAT)),
(8, 'bradford', CAST('3.04038191' AS FLOAT)),
(8, 'sao paulo', CAST('2.00211167' AS FLOAT)),
(8, 'stoke', CAST('2.63702607' AS FLOAT)),
(8, 'stoke on trent', CAST('2.73405051' AS FLOAT)),
(8, 'leeds city', CAST('2.66067743' AS FLOAT)),
(8, 'st helens', CAST('1.90006053' AS FLOAT)),
(9, 'hu28ab', CAST('4.67928553' AS FLOAT)),
(9, 'hu95ab', CAST('4.76417446' AS FLOAT)),
(9, 'hu46ab', CAST('4.95058727' AS FLOAT)),
(9, '10115', CAST('2.73175287' AS FLOAT)),
(9, 'hu99ab', CAST('4.67928553' AS FLOAT)),
(9, '10117', CAST('3.09432292' AS FLOAT)),
(9, 'hu65ab', CAST('4.85437202' AS FLOAT)),
(9, 'hu87ab', CAST('4.85437202' AS FLOAT)),
(9, 'hu40ab', CAST('5.0536809' AS FLOAT)),
(9, 'hu16ab', CAST('4.95058727' AS FLOAT)),
(9, 'hu48ab', CAST('4.95058727' AS FLOAT)),
(9, 'hu69ab', CAST('5.41625118' AS FLOAT)),
(9, 'hu97ab', CAST('4.45101643' AS FLOAT)),
(9, 'hu58ab', CAST('4.45101643' AS FLOAT)),
(9, 'hu26ab', CAST('4.13614321' AS FLOAT)),
(9, 'hu82ab', CAST('4.45101643' AS FLOAT)),
(9, 'hu70ab', CAST('5.41625118' AS FLOAT)),
(9, 'hu11ab', CAST('4.45101643' AS FLOAT)),
(9, 'hu30ab', CAST('4.76417446' AS FLOAT)),
(15, 'domestic', CAST('2.04715085' AS FLOAT)),
(15, 'worker', CAST('4.6606822' AS FLOAT)),
(15, 'nail bar', CAST('2.43417382' AS FLOAT)),
(15, 'farm hand', CAST('1.52975154' AS FLOAT)),
(15, 'factory worker', CAST('1.54298735' AS FLOAT)),
(15, 'car wash hand', CAST('3.37380123' AS FLOAT)),
(15, 'worker factory', CAST('1.78883874' AS FLOAT)),
(15, 'carwash hand', CAST('2.5363543' AS FLOAT));

DROP TABLE IF EXISTS throughline_forms;
CREATE TABLE throughline_forms USING parquet AS
SELECT p.record_2_1 AS record, p.id, coalesce(p.source, '') AS source,
    p.v1, p.v1_key AS k1, (coalesce(CAST(split(p.v1_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w1, size((coalesce(CAST(split(p.v1_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n1, p.v1_sorted AS s1, p.v1_joined AS t1, p.v1_sound AS o1, (coalesce(CAST(split(p.v1_sounds, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS g1, p.v1_joined_sound AS c1, coalesce(p.v1_strong, 0) AS z1, p.v1_family AS f1, p.v1_whole AS h1, p.v1_formals AS q1, p.v1_bag AS b1, coalesce(q1.bits, CAST('7.12084341' AS FLOAT)) AS e1,
    p.v2, p.v2_key AS k2, (coalesce(CAST(split(p.v2_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w2, size((coalesce(CAST(split(p.v2_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n2, p.v2_sorted AS s2, p.v2_joined AS t2, p.v2_sound AS o2, (coalesce(CAST(split(p.v2_sounds, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS g2, p.v2_joined_sound AS c2, coalesce(p.v2_strong, 0) AS z2, p.v2_family AS f2, p.v2_whole AS h2, p.v2_formals AS q2, p.v2_bag AS b2, coalesce(q2.bits, CAST('7.38989496' AS FLOAT)) AS e2,
    p.v3, rpad(replace(p.v3, '-', ''), 8, '0') AS k3, CAST(p.v3_year AS INTEGER) AS y3, CAST(p.v3_month AS INTEGER) AS m3, CAST(p.v3_day AS INTEGER) AS d3, coalesce(q3.bits, CAST('11.8787546' AS FLOAT)) AS e3,
    p.v4, rpad(replace(p.v4, '-', ''), 8, '0') AS k4, CAST(p.v4_year AS INTEGER) AS y4, CAST(p.v4_month AS INTEGER) AS m4, CAST(p.v4_day AS INTEGER) AS d4,
    p.v5, substr(p.v5, 1, 32) AS k5, CAST(p.v5 AS INTEGER) AS y5, coalesce(q5.bits, CAST('6.97911644' AS FLOAT)) AS e5,
    p.v6, coalesce(q6.bits, CAST('9.06599808' AS FLOAT)) AS e6,
    p.v7, substr(p.v7, 1, 32) AS k7, p.v7_ethiopian AS x7, coalesce(q7.bits, CAST('7.98006201' AS FLOAT)) AS e7,
    p.v8, substr(p.v8, 1, 32) AS k8, (coalesce(CAST(split(p.v8_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w8, size((coalesce(CAST(split(p.v8_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n8, p.v8_sorted AS s8, p.v8_joined AS t8, coalesce(q8.bits, CAST('7.58808565' AS FLOAT)) AS e8,
    p.v9, substr(p.v9, 1, 32) AS k9, coalesce(q9.bits, CAST('7.10270643' AS FLOAT)) AS e9,
    p.v10, substr(p.v10, 1, 32) AS k10, (coalesce(CAST(split(p.v10_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w10, size((coalesce(CAST(split(p.v10_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n10, p.v10_sorted AS s10, p.v10_joined AS t10, CAST('6.94863558' AS FLOAT) AS e10,
    p.v11, substr(p.v11, 1, 32) AS k11, (coalesce(CAST(split(p.v11_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w11, size((coalesce(CAST(split(p.v11_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n11, p.v11_sorted AS s11, p.v11_joined AS t11, CAST('6.72421122' AS FLOAT) AS e11,
    p.v12, substr(p.v12, 1, 32) AS k12, CAST('9.81519985' AS FLOAT) AS e12,
    p.v13, substr(p.v13, 1, 32) AS k13, CAST('7.91780901' AS FLOAT) AS e13,
    p.v14, substr(p.v14, 1, 32) AS k14, CAST('8.89963531' AS FLOAT) AS e14,
    p.v15, substr(p.v15, 1, 32) AS k15, (coalesce(CAST(split(p.v15_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>))) AS w15, size((coalesce(CAST(split(p.v15_words, ' ') AS ARRAY<BIGINT>), CAST(array() AS ARRAY<BIGINT>)))) AS n15, p.v15_sorted AS s15, p.v15_joined AS t15, coalesce(q15.bits, CAST('7.30453873' AS FLOAT)) AS e15
FROM throughline_people p
LEFT JOIN throughline_known q1 ON q1.col = 1 AND q1.txt = p.v1
LEFT JOIN throughline_known q2 ON q2.col = 2 AND q2.txt = p.v2
LEFT JOIN throughline_known q3 ON q3.col = 3 AND q3.txt = p.v3
LEFT JOIN throughline_known q5 ON q5.col = 5 AND q5.txt = p.v5
LEFT JOIN throughline_known q6 ON q6.col = 6 AND q6.txt = p.v6
LEFT JOIN throughline_known q7 ON q7.col = 7 AND q7.txt = p.v7
LEFT JOIN throughline_known q8 ON q8.col = 8 AND q8.txt = p.v8
LEFT JOIN throughline_known q9 ON q9.col = 9 AND q9.txt = p.v9
LEFT JOIN throughline_known q15 ON q15.col = 15 AND q15.txt = p.v15;

DROP TABLE IF EXISTS throughline_keys;
CREATE TABLE throughline_keys USING parquet AS
-- born
SELECT 1 AS rule, 0 AS stage, f.record, f.v3 AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE f.v3 IS NOT NULL
UNION ALL
-- first + last
SELECT 2 AS rule, 0 AS stage, f.record, f.v1 || '│' || f.v2 AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE f.v1 || '│' || f.v2 IS NOT NULL
UNION ALL
-- sound of last + year of born
SELECT 3 AS rule, 0 AS stage, f.record, CAST(f.o2 AS STRING) || '│' || CAST(f.y3 AS STRING) AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE CAST(f.o2 AS STRING) || '│' || CAST(f.y3 AS STRING) IS NOT NULL
UNION ALL
-- first 2 of first + month and day of born + town
SELECT 4 AS rule, 0 AS stage, f.record, substr(f.v1, 1, 2) || '│' || CASE WHEN f.d3 > 0 THEN CAST(f.m3 * 100 + f.d3 AS STRING) END || '│' || f.v8 AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE substr(f.v1, 1, 2) || '│' || CASE WHEN f.d3 > 0 THEN CAST(f.m3 * 100 + f.d3 AS STRING) END || '│' || f.v8 IS NOT NULL
UNION ALL
-- ref
SELECT 5 AS rule, 0 AS stage, f.record, f.v14 AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE f.v14 IS NOT NULL
UNION ALL
-- mail
SELECT 6 AS rule, 0 AS stage, f.record, f.v13 AS block_key
FROM throughline_forms f CROSS JOIN throughline_facts s WHERE f.v13 IS NOT NULL;

DROP TABLE IF EXISTS throughline_groups;
CREATE TABLE throughline_groups USING parquet AS
SELECT q.rule, q.stage, q.block_key,
    q.n <= 30 OR sum(CAST(q.n * (q.n - 1) AS DECIMAL(38, 0))) OVER (PARTITION BY q.rule ORDER BY q.n) <= 4000000000 AS kept
FROM (SELECT rule, stage, block_key, count(*) AS n FROM throughline_keys
      GROUP BY rule, stage, block_key HAVING count(*) > 1) q CROSS JOIN throughline_facts s;

DROP TABLE IF EXISTS throughline_members;
CREATE TABLE throughline_members USING parquet AS
SELECT k.rule, k.stage, k.block_key, k.record FROM throughline_keys k
JOIN throughline_groups q ON q.rule = k.rule AND q.block_key = k.block_key
WHERE q.kept;

SELECT (CASE WHEN count(*) > 0 THEN true ELSE raise_error('no two records share a blocking key: there is nothing to compare') END) AS sound FROM throughline_members;

DROP TABLE IF EXISTS throughline_candidates;
CREATE TABLE throughline_candidates USING parquet AS
SELECT DISTINCT x.record AS a, y.record AS b
FROM throughline_members x JOIN throughline_members y
    ON y.rule = x.rule AND y.block_key = x.block_key AND x.record < y.record;

DROP TABLE IF EXISTS throughline_evidence;
CREATE TABLE throughline_evidence USING parquet AS
SELECT p.a, p.b,
    CASE WHEN a.v1 <> b.v1 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k1)), b.k1, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k1), length(b.k1)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k1), length(b.k1)) div 2 - 1, 0) AS INT)), length(b.k1)) + 1 - f, 0)),
                                             substr(a.k1, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k1, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k1)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k1) + length(b.k1)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k1) + 1))), k -> substr(substr(p, length(b.k1) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k1)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k1, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k1)) > 7 * (3 * length(a.k1) * length(b.k1) * m) THEN 1000 * (10 * (m * m * (length(a.k1) + length(b.k1)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k1) + 1))), k -> substr(substr(p, length(b.k1) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k1)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k1, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k1)) + (CASE WHEN substr(a.k1, 1, 1) <> substr(b.k1, 1, 1) THEN 0 WHEN substr(a.k1, 2, 1) <> substr(b.k1, 2, 1) THEN 1
    WHEN substr(a.k1, 3, 1) <> substr(b.k1, 3, 1) THEN 2 WHEN substr(a.k1, 4, 1) <> substr(b.k1, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k1) * length(b.k1) * m) - (m * m * (length(a.k1) + length(b.k1)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k1) + 1))), k -> substr(substr(p, length(b.k1) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k1)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k1, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k1)))) div (10 * (3 * length(a.k1) * length(b.k1) * m))
    ELSE 1000 * (m * m * (length(a.k1) + length(b.k1)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k1) + 1))), k -> substr(substr(p, length(b.k1) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k1)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k1, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k1)) div (3 * length(a.k1) * length(b.k1) * m) END) AS INT)
            END), 1)), 1)) END AS j1,
    CASE WHEN a.v1 <> b.v1 AND (a.n1 > 1 OR b.n1 > 1) AND a.s1 <> b.s1 AND a.t1 <> b.t1 AND (a.c1 IS NULL OR b.c1 IS NULL OR a.c1 <> b.c1) AND ((size(filter(a.w1, w -> array_contains(b.w1, w)))) > 0 OR (size(filter(a.g1, w -> array_contains(b.g1, w)))) > 0) THEN (CASE WHEN NOT CASE WHEN (size(filter(split(a.b1, ' '), u -> get(split(u, ':'), 3) = '0'))) < (size(filter(split(b.b1, ' '), u -> get(split(u, ':'), 3) = '0')))
            OR (size(filter(split(a.b1, ' '), u -> get(split(u, ':'), 3) = '0'))) = (size(filter(split(b.b1, ' '), u -> get(split(u, ':'), 3) = '0'))) AND size(split(a.b1, ' ')) <= size(split(b.b1, ' '))
        THEN (aggregate(split(a.b1, ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(a.b1, ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(b.b1, ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(b.b1, ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(b.b1, ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(b.b1, ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b1, ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(b.b1, ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(b.b1, ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') ELSE (aggregate(split(b.b1, ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(b.b1, ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(a.b1, ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(a.b1, ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(a.b1, ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(a.b1, ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b1, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b1, ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(a.b1, ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(a.b1, ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') END THEN 0
    WHEN size(split(a.b1, ' ')) = size(split(b.b1, ' ')) THEN 2 ELSE 1 END) END AS m1,
    CASE WHEN a.v2 <> b.v2 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k2)), b.k2, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k2), length(b.k2)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k2), length(b.k2)) div 2 - 1, 0) AS INT)), length(b.k2)) + 1 - f, 0)),
                                             substr(a.k2, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k2, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k2)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k2) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k2) * length(b.k2)) > 7 * (3 * length(a.k2) * length(b.k2) * m) THEN 1000 * (10 * (m * m * (length(a.k2) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k2) * length(b.k2)) + (CASE WHEN substr(a.k2, 1, 1) <> substr(b.k2, 1, 1) THEN 0 WHEN substr(a.k2, 2, 1) <> substr(b.k2, 2, 1) THEN 1
    WHEN substr(a.k2, 3, 1) <> substr(b.k2, 3, 1) THEN 2 WHEN substr(a.k2, 4, 1) <> substr(b.k2, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k2) * length(b.k2) * m) - (m * m * (length(a.k2) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k2) * length(b.k2)))) div (10 * (3 * length(a.k2) * length(b.k2) * m))
    ELSE 1000 * (m * m * (length(a.k2) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k2) * length(b.k2)) div (3 * length(a.k2) * length(b.k2) * m) END) AS INT)
            END), 1)), 1)) END AS j2,
    CASE WHEN a.v2 <> b.v2 AND (a.n2 > 1 OR b.n2 > 1) AND a.s2 <> b.s2 AND a.t2 <> b.t2 AND (a.c2 IS NULL OR b.c2 IS NULL OR a.c2 <> b.c2) AND ((size(filter(a.w2, w -> array_contains(b.w2, w)))) > 0 OR (size(filter(a.g2, w -> array_contains(b.g2, w)))) > 0) THEN (CASE WHEN NOT CASE WHEN (size(filter(split(a.b2, ' '), u -> get(split(u, ':'), 3) = '0'))) < (size(filter(split(b.b2, ' '), u -> get(split(u, ':'), 3) = '0')))
            OR (size(filter(split(a.b2, ' '), u -> get(split(u, ':'), 3) = '0'))) = (size(filter(split(b.b2, ' '), u -> get(split(u, ':'), 3) = '0'))) AND size(split(a.b2, ' ')) <= size(split(b.b2, ' '))
        THEN (aggregate(split(a.b2, ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(a.b2, ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(b.b2, ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(b.b2, ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(b.b2, ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(b.b2, ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(b.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(b.b2, ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(b.b2, ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(b.b2, ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') ELSE (aggregate(split(b.b2, ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(b.b2, ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(a.b2, ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(a.b2, ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(a.b2, ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(a.b2, ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(a.b2, ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(a.b2, ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(a.b2, ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(a.b2, ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') END THEN 0
    WHEN size(split(a.b2, ' ')) = size(split(b.b2, ' ')) THEN 2 ELSE 1 END) END AS m2,
    CASE WHEN a.v3 <> b.v3 AND a.d3 > 0 AND b.d3 > 0 THEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k3, b.k3) <= 1 THEN levenshtein(a.k3, b.k3)
    WHEN length(a.k3) = length(b.k3) AND length(a.k3) > 1 AND levenshtein(a.k3, b.k3) = 2
        AND exists(sequence(1, length(a.k3) - 1), q -> concat(substr(a.k3, 1, q - 1), substr(a.k3, q + 1, 1),
                                                            substr(a.k3, q, 1), substr(a.k3, q + 2)) = b.k3)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k3, b.k3) <= 1 THEN levenshtein(a.k3, b.k3)
    WHEN length(a.k3) = length(b.k3) AND length(a.k3) > 1 AND levenshtein(a.k3, b.k3) = 2
        AND exists(sequence(1, length(a.k3) - 1), q -> concat(substr(a.k3, 1, q - 1), substr(a.k3, q + 1, 1),
                                                            substr(a.k3, q, 1), substr(a.k3, q + 2)) = b.k3)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k3, b.k3) = 2 THEN 2
    WHEN levenshtein(a.k3, b.k3) <= 4 AND length(a.k3) > 1 AND length(b.k3) > 1
        AND exists(sequence(1, length(a.k3) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k3)
            AND substr(a.k3, i, 1) = substr(b.k3, j + 1, 1) AND substr(a.k3, i + 1, 1) = substr(b.k3, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k3, 1, i - 1), substr(b.k3, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k3, 1, i - 1), substr(b.k3, 1, j - 1))
    WHEN length(substr(a.k3, 1, i - 1)) = length(substr(b.k3, 1, j - 1)) AND length(substr(a.k3, 1, i - 1)) > 1 AND levenshtein(substr(a.k3, 1, i - 1), substr(b.k3, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k3, 1, i - 1)) - 1), q -> concat(substr(substr(a.k3, 1, i - 1), 1, q - 1), substr(substr(a.k3, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k3, 1, i - 1), q, 1), substr(substr(a.k3, 1, i - 1), q + 2)) = substr(b.k3, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k3, i + 2), substr(b.k3, j + 2)) <= 1 THEN levenshtein(substr(a.k3, i + 2), substr(b.k3, j + 2))
    WHEN length(substr(a.k3, i + 2)) = length(substr(b.k3, j + 2)) AND length(substr(a.k3, i + 2)) > 1 AND levenshtein(substr(a.k3, i + 2), substr(b.k3, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k3, i + 2)) - 1), q -> concat(substr(substr(a.k3, i + 2), 1, q - 1), substr(substr(a.k3, i + 2), q + 1, 1),
                                                            substr(substr(a.k3, i + 2), q, 1), substr(substr(a.k3, i + 2), q + 2)) = substr(b.k3, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) END AS o3,
    CASE WHEN a.v5 <> b.v5 THEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k5, b.k5) <= 1 THEN levenshtein(a.k5, b.k5)
    WHEN length(a.k5) = length(b.k5) AND length(a.k5) > 1 AND levenshtein(a.k5, b.k5) = 2
        AND exists(sequence(1, length(a.k5) - 1), q -> concat(substr(a.k5, 1, q - 1), substr(a.k5, q + 1, 1),
                                                            substr(a.k5, q, 1), substr(a.k5, q + 2)) = b.k5)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k5, b.k5) <= 1 THEN levenshtein(a.k5, b.k5)
    WHEN length(a.k5) = length(b.k5) AND length(a.k5) > 1 AND levenshtein(a.k5, b.k5) = 2
        AND exists(sequence(1, length(a.k5) - 1), q -> concat(substr(a.k5, 1, q - 1), substr(a.k5, q + 1, 1),
                                                            substr(a.k5, q, 1), substr(a.k5, q + 2)) = b.k5)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k5, b.k5) = 2 THEN 2
    WHEN levenshtein(a.k5, b.k5) <= 4 AND length(a.k5) > 1 AND length(b.k5) > 1
        AND exists(sequence(1, length(a.k5) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k5)
            AND substr(a.k5, i, 1) = substr(b.k5, j + 1, 1) AND substr(a.k5, i + 1, 1) = substr(b.k5, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k5, 1, i - 1), substr(b.k5, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k5, 1, i - 1), substr(b.k5, 1, j - 1))
    WHEN length(substr(a.k5, 1, i - 1)) = length(substr(b.k5, 1, j - 1)) AND length(substr(a.k5, 1, i - 1)) > 1 AND levenshtein(substr(a.k5, 1, i - 1), substr(b.k5, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k5, 1, i - 1)) - 1), q -> concat(substr(substr(a.k5, 1, i - 1), 1, q - 1), substr(substr(a.k5, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k5, 1, i - 1), q, 1), substr(substr(a.k5, 1, i - 1), q + 2)) = substr(b.k5, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k5, i + 2), substr(b.k5, j + 2)) <= 1 THEN levenshtein(substr(a.k5, i + 2), substr(b.k5, j + 2))
    WHEN length(substr(a.k5, i + 2)) = length(substr(b.k5, j + 2)) AND length(substr(a.k5, i + 2)) > 1 AND levenshtein(substr(a.k5, i + 2), substr(b.k5, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k5, i + 2)) - 1), q -> concat(substr(substr(a.k5, i + 2), 1, q - 1), substr(substr(a.k5, i + 2), q + 1, 1),
                                                            substr(substr(a.k5, i + 2), q, 1), substr(substr(a.k5, i + 2), q + 2)) = substr(b.k5, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) END AS o5,
    CASE WHEN a.v7 <> b.v7 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k7)), b.k7, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k7), length(b.k7)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k7), length(b.k7)) div 2 - 1, 0) AS INT)), length(b.k7)) + 1 - f, 0)),
                                             substr(a.k7, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k7, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k7)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k7) + length(b.k7)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k7) + 1))), k -> substr(substr(p, length(b.k7) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k7)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k7, k, 1)))), k, 1)))) div 2)
                         * length(a.k7) * length(b.k7)) > 7 * (3 * length(a.k7) * length(b.k7) * m) THEN 1000 * (10 * (m * m * (length(a.k7) + length(b.k7)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k7) + 1))), k -> substr(substr(p, length(b.k7) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k7)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k7, k, 1)))), k, 1)))) div 2)
                         * length(a.k7) * length(b.k7)) + (CASE WHEN substr(a.k7, 1, 1) <> substr(b.k7, 1, 1) THEN 0 WHEN substr(a.k7, 2, 1) <> substr(b.k7, 2, 1) THEN 1
    WHEN substr(a.k7, 3, 1) <> substr(b.k7, 3, 1) THEN 2 WHEN substr(a.k7, 4, 1) <> substr(b.k7, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k7) * length(b.k7) * m) - (m * m * (length(a.k7) + length(b.k7)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k7) + 1))), k -> substr(substr(p, length(b.k7) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k7)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k7, k, 1)))), k, 1)))) div 2)
                         * length(a.k7) * length(b.k7)))) div (10 * (3 * length(a.k7) * length(b.k7) * m))
    ELSE 1000 * (m * m * (length(a.k7) + length(b.k7)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k7) + 1))), k -> substr(substr(p, length(b.k7) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k7)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k7, k, 1)))), k, 1)))) div 2)
                         * length(a.k7) * length(b.k7)) div (3 * length(a.k7) * length(b.k7) * m) END) AS INT)
            END), 1)), 1)) END AS j7,
    CASE WHEN a.v8 <> b.v8 AND a.t8 <> b.t8 AND a.s8 <> b.s8 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k8)), b.k8, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k8), length(b.k8)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k8), length(b.k8)) div 2 - 1, 0) AS INT)), length(b.k8)) + 1 - f, 0)),
                                             substr(a.k8, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k8, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k8)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k8) + length(b.k8)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k8) + 1))), k -> substr(substr(p, length(b.k8) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k8)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k8, k, 1)))), k, 1)))) div 2)
                         * length(a.k8) * length(b.k8)) > 7 * (3 * length(a.k8) * length(b.k8) * m) THEN 1000 * (10 * (m * m * (length(a.k8) + length(b.k8)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k8) + 1))), k -> substr(substr(p, length(b.k8) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k8)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k8, k, 1)))), k, 1)))) div 2)
                         * length(a.k8) * length(b.k8)) + (CASE WHEN substr(a.k8, 1, 1) <> substr(b.k8, 1, 1) THEN 0 WHEN substr(a.k8, 2, 1) <> substr(b.k8, 2, 1) THEN 1
    WHEN substr(a.k8, 3, 1) <> substr(b.k8, 3, 1) THEN 2 WHEN substr(a.k8, 4, 1) <> substr(b.k8, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k8) * length(b.k8) * m) - (m * m * (length(a.k8) + length(b.k8)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k8) + 1))), k -> substr(substr(p, length(b.k8) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k8)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k8, k, 1)))), k, 1)))) div 2)
                         * length(a.k8) * length(b.k8)))) div (10 * (3 * length(a.k8) * length(b.k8) * m))
    ELSE 1000 * (m * m * (length(a.k8) + length(b.k8)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k8) + 1))), k -> substr(substr(p, length(b.k8) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k8)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k8, k, 1)))), k, 1)))) div 2)
                         * length(a.k8) * length(b.k8)) div (3 * length(a.k8) * length(b.k8) * m) END) AS INT)
            END), 1)), 1)) END AS j8,
    CASE WHEN a.v9 <> b.v9 THEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k9, b.k9) <= 1 THEN levenshtein(a.k9, b.k9)
    WHEN length(a.k9) = length(b.k9) AND length(a.k9) > 1 AND levenshtein(a.k9, b.k9) = 2
        AND exists(sequence(1, length(a.k9) - 1), q -> concat(substr(a.k9, 1, q - 1), substr(a.k9, q + 1, 1),
                                                            substr(a.k9, q, 1), substr(a.k9, q + 2)) = b.k9)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k9, b.k9) <= 1 THEN levenshtein(a.k9, b.k9)
    WHEN length(a.k9) = length(b.k9) AND length(a.k9) > 1 AND levenshtein(a.k9, b.k9) = 2
        AND exists(sequence(1, length(a.k9) - 1), q -> concat(substr(a.k9, 1, q - 1), substr(a.k9, q + 1, 1),
                                                            substr(a.k9, q, 1), substr(a.k9, q + 2)) = b.k9)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k9, b.k9) = 2 THEN 2
    WHEN levenshtein(a.k9, b.k9) <= 4 AND length(a.k9) > 1 AND length(b.k9) > 1
        AND exists(sequence(1, length(a.k9) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k9)
            AND substr(a.k9, i, 1) = substr(b.k9, j + 1, 1) AND substr(a.k9, i + 1, 1) = substr(b.k9, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k9, 1, i - 1), substr(b.k9, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k9, 1, i - 1), substr(b.k9, 1, j - 1))
    WHEN length(substr(a.k9, 1, i - 1)) = length(substr(b.k9, 1, j - 1)) AND length(substr(a.k9, 1, i - 1)) > 1 AND levenshtein(substr(a.k9, 1, i - 1), substr(b.k9, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k9, 1, i - 1)) - 1), q -> concat(substr(substr(a.k9, 1, i - 1), 1, q - 1), substr(substr(a.k9, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k9, 1, i - 1), q, 1), substr(substr(a.k9, 1, i - 1), q + 2)) = substr(b.k9, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k9, i + 2), substr(b.k9, j + 2)) <= 1 THEN levenshtein(substr(a.k9, i + 2), substr(b.k9, j + 2))
    WHEN length(substr(a.k9, i + 2)) = length(substr(b.k9, j + 2)) AND length(substr(a.k9, i + 2)) > 1 AND levenshtein(substr(a.k9, i + 2), substr(b.k9, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k9, i + 2)) - 1), q -> concat(substr(substr(a.k9, i + 2), 1, q - 1), substr(substr(a.k9, i + 2), q + 1, 1),
                                                            substr(substr(a.k9, i + 2), q, 1), substr(substr(a.k9, i + 2), q + 2)) = substr(b.k9, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) END AS o9,
    CASE WHEN a.v10 <> b.v10 AND a.t10 <> b.t10 AND a.s10 <> b.s10 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k10)), b.k10, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k10), length(b.k10)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k10), length(b.k10)) div 2 - 1, 0) AS INT)), length(b.k10)) + 1 - f, 0)),
                                             substr(a.k10, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k10, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k10)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k10) + length(b.k10)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k10) + 1))), k -> substr(substr(p, length(b.k10) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k10)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k10, k, 1)))), k, 1)))) div 2)
                         * length(a.k10) * length(b.k10)) > 7 * (3 * length(a.k10) * length(b.k10) * m) THEN 1000 * (10 * (m * m * (length(a.k10) + length(b.k10)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k10) + 1))), k -> substr(substr(p, length(b.k10) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k10)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k10, k, 1)))), k, 1)))) div 2)
                         * length(a.k10) * length(b.k10)) + (CASE WHEN substr(a.k10, 1, 1) <> substr(b.k10, 1, 1) THEN 0 WHEN substr(a.k10, 2, 1) <> substr(b.k10, 2, 1) THEN 1
    WHEN substr(a.k10, 3, 1) <> substr(b.k10, 3, 1) THEN 2 WHEN substr(a.k10, 4, 1) <> substr(b.k10, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k10) * length(b.k10) * m) - (m * m * (length(a.k10) + length(b.k10)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k10) + 1))), k -> substr(substr(p, length(b.k10) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k10)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k10, k, 1)))), k, 1)))) div 2)
                         * length(a.k10) * length(b.k10)))) div (10 * (3 * length(a.k10) * length(b.k10) * m))
    ELSE 1000 * (m * m * (length(a.k10) + length(b.k10)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k10) + 1))), k -> substr(substr(p, length(b.k10) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k10)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k10, k, 1)))), k, 1)))) div 2)
                         * length(a.k10) * length(b.k10)) div (3 * length(a.k10) * length(b.k10) * m) END) AS INT)
            END), 1)), 1)) END AS j10,
    CASE WHEN a.v11 <> b.v11 AND a.t11 <> b.t11 AND a.s11 <> b.s11 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k11)), b.k11, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k11), length(b.k11)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k11), length(b.k11)) div 2 - 1, 0) AS INT)), length(b.k11)) + 1 - f, 0)),
                                             substr(a.k11, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k11, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k11)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k11) + length(b.k11)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k11) + 1))), k -> substr(substr(p, length(b.k11) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k11)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k11, k, 1)))), k, 1)))) div 2)
                         * length(a.k11) * length(b.k11)) > 7 * (3 * length(a.k11) * length(b.k11) * m) THEN 1000 * (10 * (m * m * (length(a.k11) + length(b.k11)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k11) + 1))), k -> substr(substr(p, length(b.k11) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k11)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k11, k, 1)))), k, 1)))) div 2)
                         * length(a.k11) * length(b.k11)) + (CASE WHEN substr(a.k11, 1, 1) <> substr(b.k11, 1, 1) THEN 0 WHEN substr(a.k11, 2, 1) <> substr(b.k11, 2, 1) THEN 1
    WHEN substr(a.k11, 3, 1) <> substr(b.k11, 3, 1) THEN 2 WHEN substr(a.k11, 4, 1) <> substr(b.k11, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k11) * length(b.k11) * m) - (m * m * (length(a.k11) + length(b.k11)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k11) + 1))), k -> substr(substr(p, length(b.k11) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k11)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k11, k, 1)))), k, 1)))) div 2)
                         * length(a.k11) * length(b.k11)))) div (10 * (3 * length(a.k11) * length(b.k11) * m))
    ELSE 1000 * (m * m * (length(a.k11) + length(b.k11)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k11) + 1))), k -> substr(substr(p, length(b.k11) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k11)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k11, k, 1)))), k, 1)))) div 2)
                         * length(a.k11) * length(b.k11)) div (3 * length(a.k11) * length(b.k11) * m) END) AS INT)
            END), 1)), 1)) END AS j11,
    CASE WHEN a.v12 <> b.v12 AND length(a.k12) > 2 AND length(b.k12) > 2 THEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k12, b.k12) <= 1 THEN levenshtein(a.k12, b.k12)
    WHEN length(a.k12) = length(b.k12) AND length(a.k12) > 1 AND levenshtein(a.k12, b.k12) = 2
        AND exists(sequence(1, length(a.k12) - 1), q -> concat(substr(a.k12, 1, q - 1), substr(a.k12, q + 1, 1),
                                                            substr(a.k12, q, 1), substr(a.k12, q + 2)) = b.k12)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k12, b.k12) <= 1 THEN levenshtein(a.k12, b.k12)
    WHEN length(a.k12) = length(b.k12) AND length(a.k12) > 1 AND levenshtein(a.k12, b.k12) = 2
        AND exists(sequence(1, length(a.k12) - 1), q -> concat(substr(a.k12, 1, q - 1), substr(a.k12, q + 1, 1),
                                                            substr(a.k12, q, 1), substr(a.k12, q + 2)) = b.k12)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k12, b.k12) = 2 THEN 2
    WHEN levenshtein(a.k12, b.k12) <= 4 AND length(a.k12) > 1 AND length(b.k12) > 1
        AND exists(sequence(1, length(a.k12) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k12)
            AND substr(a.k12, i, 1) = substr(b.k12, j + 1, 1) AND substr(a.k12, i + 1, 1) = substr(b.k12, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k12, 1, i - 1), substr(b.k12, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k12, 1, i - 1), substr(b.k12, 1, j - 1))
    WHEN length(substr(a.k12, 1, i - 1)) = length(substr(b.k12, 1, j - 1)) AND length(substr(a.k12, 1, i - 1)) > 1 AND levenshtein(substr(a.k12, 1, i - 1), substr(b.k12, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k12, 1, i - 1)) - 1), q -> concat(substr(substr(a.k12, 1, i - 1), 1, q - 1), substr(substr(a.k12, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k12, 1, i - 1), q, 1), substr(substr(a.k12, 1, i - 1), q + 2)) = substr(b.k12, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k12, i + 2), substr(b.k12, j + 2)) <= 1 THEN levenshtein(substr(a.k12, i + 2), substr(b.k12, j + 2))
    WHEN length(substr(a.k12, i + 2)) = length(substr(b.k12, j + 2)) AND length(substr(a.k12, i + 2)) > 1 AND levenshtein(substr(a.k12, i + 2), substr(b.k12, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k12, i + 2)) - 1), q -> concat(substr(substr(a.k12, i + 2), 1, q - 1), substr(substr(a.k12, i + 2), q + 1, 1),
                                                            substr(substr(a.k12, i + 2), q, 1), substr(substr(a.k12, i + 2), q + 2)) = substr(b.k12, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) END AS o12,
    CASE WHEN a.v13 <> b.v13 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k13)), b.k13, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k13), length(b.k13)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k13), length(b.k13)) div 2 - 1, 0) AS INT)), length(b.k13)) + 1 - f, 0)),
                                             substr(a.k13, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k13, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k13)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k13) + length(b.k13)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k13) + 1))), k -> substr(substr(p, length(b.k13) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k13)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k13, k, 1)))), k, 1)))) div 2)
                         * length(a.k13) * length(b.k13)) > 7 * (3 * length(a.k13) * length(b.k13) * m) THEN 1000 * (10 * (m * m * (length(a.k13) + length(b.k13)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k13) + 1))), k -> substr(substr(p, length(b.k13) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k13)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k13, k, 1)))), k, 1)))) div 2)
                         * length(a.k13) * length(b.k13)) + (CASE WHEN substr(a.k13, 1, 1) <> substr(b.k13, 1, 1) THEN 0 WHEN substr(a.k13, 2, 1) <> substr(b.k13, 2, 1) THEN 1
    WHEN substr(a.k13, 3, 1) <> substr(b.k13, 3, 1) THEN 2 WHEN substr(a.k13, 4, 1) <> substr(b.k13, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k13) * length(b.k13) * m) - (m * m * (length(a.k13) + length(b.k13)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k13) + 1))), k -> substr(substr(p, length(b.k13) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k13)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k13, k, 1)))), k, 1)))) div 2)
                         * length(a.k13) * length(b.k13)))) div (10 * (3 * length(a.k13) * length(b.k13) * m))
    ELSE 1000 * (m * m * (length(a.k13) + length(b.k13)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k13) + 1))), k -> substr(substr(p, length(b.k13) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k13)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k13, k, 1)))), k, 1)))) div 2)
                         * length(a.k13) * length(b.k13)) div (3 * length(a.k13) * length(b.k13) * m) END) AS INT)
            END), 1)), 1)) END AS j13,
    CASE WHEN a.v14 <> b.v14 AND length(a.k14) > 2 AND length(b.k14) > 2 THEN (CASE WHEN 2 = 1 OR (CASE WHEN levenshtein(a.k14, b.k14) <= 1 THEN levenshtein(a.k14, b.k14)
    WHEN length(a.k14) = length(b.k14) AND length(a.k14) > 1 AND levenshtein(a.k14, b.k14) = 2
        AND exists(sequence(1, length(a.k14) - 1), q -> concat(substr(a.k14, 1, q - 1), substr(a.k14, q + 1, 1),
                                                            substr(a.k14, q, 1), substr(a.k14, q + 2)) = b.k14)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k14, b.k14) <= 1 THEN levenshtein(a.k14, b.k14)
    WHEN length(a.k14) = length(b.k14) AND length(a.k14) > 1 AND levenshtein(a.k14, b.k14) = 2
        AND exists(sequence(1, length(a.k14) - 1), q -> concat(substr(a.k14, 1, q - 1), substr(a.k14, q + 1, 1),
                                                            substr(a.k14, q, 1), substr(a.k14, q + 2)) = b.k14)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k14, b.k14) = 2 THEN 2
    WHEN levenshtein(a.k14, b.k14) <= 4 AND length(a.k14) > 1 AND length(b.k14) > 1
        AND exists(sequence(1, length(a.k14) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k14)
            AND substr(a.k14, i, 1) = substr(b.k14, j + 1, 1) AND substr(a.k14, i + 1, 1) = substr(b.k14, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k14, 1, i - 1), substr(b.k14, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k14, 1, i - 1), substr(b.k14, 1, j - 1))
    WHEN length(substr(a.k14, 1, i - 1)) = length(substr(b.k14, 1, j - 1)) AND length(substr(a.k14, 1, i - 1)) > 1 AND levenshtein(substr(a.k14, 1, i - 1), substr(b.k14, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k14, 1, i - 1)) - 1), q -> concat(substr(substr(a.k14, 1, i - 1), 1, q - 1), substr(substr(a.k14, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k14, 1, i - 1), q, 1), substr(substr(a.k14, 1, i - 1), q + 2)) = substr(b.k14, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k14, i + 2), substr(b.k14, j + 2)) <= 1 THEN levenshtein(substr(a.k14, i + 2), substr(b.k14, j + 2))
    WHEN length(substr(a.k14, i + 2)) = length(substr(b.k14, j + 2)) AND length(substr(a.k14, i + 2)) > 1 AND levenshtein(substr(a.k14, i + 2), substr(b.k14, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k14, i + 2)) - 1), q -> concat(substr(substr(a.k14, i + 2), 1, q - 1), substr(substr(a.k14, i + 2), q + 1, 1),
                                                            substr(substr(a.k14, i + 2), q, 1), substr(substr(a.k14, i + 2), q + 2)) = substr(b.k14, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) END AS o14,
    CASE WHEN a.v15 <> b.v15 AND a.t15 <> b.t15 AND a.s15 <> b.s15 THEN (element_at(transform(array((aggregate(sequence(1, length(a.k15)), b.k15, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k15), length(b.k15)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k15), length(b.k15)) div 2 - 1, 0) AS INT)), length(b.k15)) + 1 - f, 0)),
                                             substr(a.k15, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k15, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k15)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k15) + length(b.k15)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k15) + 1))), k -> substr(substr(p, length(b.k15) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k15)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k15, k, 1)))), k, 1)))) div 2)
                         * length(a.k15) * length(b.k15)) > 7 * (3 * length(a.k15) * length(b.k15) * m) THEN 1000 * (10 * (m * m * (length(a.k15) + length(b.k15)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k15) + 1))), k -> substr(substr(p, length(b.k15) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k15)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k15, k, 1)))), k, 1)))) div 2)
                         * length(a.k15) * length(b.k15)) + (CASE WHEN substr(a.k15, 1, 1) <> substr(b.k15, 1, 1) THEN 0 WHEN substr(a.k15, 2, 1) <> substr(b.k15, 2, 1) THEN 1
    WHEN substr(a.k15, 3, 1) <> substr(b.k15, 3, 1) THEN 2 WHEN substr(a.k15, 4, 1) <> substr(b.k15, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k15) * length(b.k15) * m) - (m * m * (length(a.k15) + length(b.k15)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k15) + 1))), k -> substr(substr(p, length(b.k15) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k15)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k15, k, 1)))), k, 1)))) div 2)
                         * length(a.k15) * length(b.k15)))) div (10 * (3 * length(a.k15) * length(b.k15) * m))
    ELSE 1000 * (m * m * (length(a.k15) + length(b.k15)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k15) + 1))), k -> substr(substr(p, length(b.k15) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k15)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k15, k, 1)))), k, 1)))) div 2)
                         * length(a.k15) * length(b.k15)) div (3 * length(a.k15) * length(b.k15) * m) END) AS INT)
            END), 1)), 1)) END AS j15
FROM throughline_candidates p CROSS JOIN throughline_facts s
JOIN throughline_forms a ON a.record = p.a
JOIN throughline_forms b ON b.record = p.b
WHERE NOT s.sourced OR a.source = b.source;

DROP TABLE IF EXISTS throughline_nearness;
CREATE TABLE throughline_nearness USING parquet AS
SELECT e.a, e.b,
    CASE WHEN NOT s.u1 OR a.v1 IS NULL OR b.v1 IS NULL THEN 0 WHEN a.v1 = b.v1 THEN 1 WHEN NOT (a.n1 > 1 OR b.n1 > 1) AND e.j1 >= 850 AND a.f1 <> b.f1 THEN CASE WHEN a.f1 > 0 AND b.f1 > 0 THEN 7 ELSE 3 END WHEN (CASE WHEN NOT (a.n1 > 1 OR b.n1 > 1) THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) WHEN a.s1 = b.s1 OR a.t1 = b.t1 THEN 2 WHEN a.c1 = b.c1 THEN CASE WHEN e.j1 >= 720 OR a.f1 > 0 OR b.f1 > 0 THEN 2 ELSE 4 END WHEN e.m1 = 2 THEN 2 WHEN e.m1 = 1 THEN least((CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m1 = 0 AND e.j1 >= 850 THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) END) = 2 THEN 2 WHEN a.o1 = b.o1 AND length(a.k1) > 2 AND length(b.k1) > 2 THEN CASE WHEN (CASE WHEN NOT (a.n1 > 1 OR b.n1 > 1) THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) WHEN a.s1 = b.s1 OR a.t1 = b.t1 THEN 2 WHEN a.c1 = b.c1 THEN CASE WHEN e.j1 >= 720 OR a.f1 > 0 OR b.f1 > 0 THEN 2 ELSE 4 END WHEN e.m1 = 2 THEN 2 WHEN e.m1 = 1 THEN least((CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m1 = 0 AND e.j1 >= 850 THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) END) <= 4 THEN 2 ELSE 4 END WHEN (CASE WHEN NOT (a.n1 > 1 OR b.n1 > 1) THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) WHEN a.s1 = b.s1 OR a.t1 = b.t1 THEN 2 WHEN a.c1 = b.c1 THEN CASE WHEN e.j1 >= 720 OR a.f1 > 0 OR b.f1 > 0 THEN 2 ELSE 4 END WHEN e.m1 = 2 THEN 2 WHEN e.m1 = 1 THEN least((CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m1 = 0 AND e.j1 >= 850 THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) END) > 3 AND (position(',' || CAST(b.h1 AS STRING) || ',' IN a.q1) > 0 OR position(',' || CAST(a.h1 AS STRING) || ',' IN b.q1) > 0) THEN 3 WHEN (length(a.k1) = 1 OR length(b.k1) = 1) AND (CASE WHEN NOT (a.n1 > 1 OR b.n1 > 1) THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) WHEN a.s1 = b.s1 OR a.t1 = b.t1 THEN 2 WHEN a.c1 = b.c1 THEN CASE WHEN e.j1 >= 720 OR a.f1 > 0 OR b.f1 > 0 THEN 2 ELSE 4 END WHEN e.m1 = 2 THEN 2 WHEN e.m1 = 1 THEN least((CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m1 = 0 AND e.j1 >= 850 THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) END) > 4 AND substr(a.k1, 1, 1) = substr(b.k1, 1, 1) THEN 4 ELSE (CASE WHEN NOT (a.n1 > 1 OR b.n1 > 1) THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) WHEN a.s1 = b.s1 OR a.t1 = b.t1 THEN 2 WHEN a.c1 = b.c1 THEN CASE WHEN e.j1 >= 720 OR a.f1 > 0 OR b.f1 > 0 THEN 2 ELSE 4 END WHEN e.m1 = 2 THEN 2 WHEN e.m1 = 1 THEN least((CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m1 = 0 AND e.j1 >= 850 THEN (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j1 >= 920 THEN 2 WHEN e.j1 >= 850 THEN 3 WHEN e.j1 >= 720 THEN 4 ELSE 7 END) END) END AS l1,
    CASE WHEN NOT s.u2 OR a.v2 IS NULL OR b.v2 IS NULL THEN 0 WHEN a.v2 = b.v2 THEN 1 WHEN NOT (a.n2 > 1 OR b.n2 > 1) AND e.j2 >= 850 AND a.f2 <> b.f2 THEN CASE WHEN a.f2 > 0 AND b.f2 > 0 THEN 7 ELSE 3 END WHEN (CASE WHEN NOT (a.n2 > 1 OR b.n2 > 1) THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) WHEN a.s2 = b.s2 OR a.t2 = b.t2 THEN 2 WHEN a.c2 = b.c2 THEN CASE WHEN e.j2 >= 720 OR a.f2 > 0 OR b.f2 > 0 THEN 2 ELSE 4 END WHEN e.m2 = 2 THEN 2 WHEN e.m2 = 1 THEN least((CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m2 = 0 AND e.j2 >= 850 THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) END) = 2 THEN 2 WHEN a.o2 = b.o2 AND length(a.k2) > 2 AND length(b.k2) > 2 THEN CASE WHEN (CASE WHEN NOT (a.n2 > 1 OR b.n2 > 1) THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) WHEN a.s2 = b.s2 OR a.t2 = b.t2 THEN 2 WHEN a.c2 = b.c2 THEN CASE WHEN e.j2 >= 720 OR a.f2 > 0 OR b.f2 > 0 THEN 2 ELSE 4 END WHEN e.m2 = 2 THEN 2 WHEN e.m2 = 1 THEN least((CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m2 = 0 AND e.j2 >= 850 THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) END) <= 4 THEN 2 ELSE 4 END WHEN (CASE WHEN NOT (a.n2 > 1 OR b.n2 > 1) THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) WHEN a.s2 = b.s2 OR a.t2 = b.t2 THEN 2 WHEN a.c2 = b.c2 THEN CASE WHEN e.j2 >= 720 OR a.f2 > 0 OR b.f2 > 0 THEN 2 ELSE 4 END WHEN e.m2 = 2 THEN 2 WHEN e.m2 = 1 THEN least((CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m2 = 0 AND e.j2 >= 850 THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) END) > 3 AND (position(',' || CAST(b.h2 AS STRING) || ',' IN a.q2) > 0 OR position(',' || CAST(a.h2 AS STRING) || ',' IN b.q2) > 0) THEN 3 WHEN (length(a.k2) = 1 OR length(b.k2) = 1) AND (CASE WHEN NOT (a.n2 > 1 OR b.n2 > 1) THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) WHEN a.s2 = b.s2 OR a.t2 = b.t2 THEN 2 WHEN a.c2 = b.c2 THEN CASE WHEN e.j2 >= 720 OR a.f2 > 0 OR b.f2 > 0 THEN 2 ELSE 4 END WHEN e.m2 = 2 THEN 2 WHEN e.m2 = 1 THEN least((CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m2 = 0 AND e.j2 >= 850 THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) END) > 4 AND substr(a.k2, 1, 1) = substr(b.k2, 1, 1) THEN 4 ELSE (CASE WHEN NOT (a.n2 > 1 OR b.n2 > 1) THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) WHEN a.s2 = b.s2 OR a.t2 = b.t2 THEN 2 WHEN a.c2 = b.c2 THEN CASE WHEN e.j2 >= 720 OR a.f2 > 0 OR b.f2 > 0 THEN 2 ELSE 4 END WHEN e.m2 = 2 THEN 2 WHEN e.m2 = 1 THEN least((CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END), 3) WHEN e.m2 = 0 AND e.j2 >= 850 THEN (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) + 1 ELSE (CASE WHEN e.j2 >= 920 THEN 2 WHEN e.j2 >= 850 THEN 3 WHEN e.j2 >= 720 THEN 4 ELSE 7 END) END) END AS l2,
    CASE WHEN NOT s.u3 OR a.v3 IS NULL OR b.v3 IS NULL THEN 0 WHEN a.v3 = b.v3 THEN 1 WHEN (a.d3 = 0 OR b.d3 = 0) AND a.y3 = b.y3 THEN CASE WHEN a.m3 = 0 OR b.m3 = 0 THEN 4 WHEN a.m3 = b.m3 THEN 3 ELSE 5 END WHEN (a.d3 = 0 OR b.d3 = 0) AND abs(a.y3 - b.y3) = 1 THEN 5 WHEN a.d3 = 0 OR b.d3 = 0 THEN (CASE WHEN abs(a.y3 - b.y3) < 7 OR abs(a.y3 - b.y3) BETWEEN 9 AND 499 THEN 6
    WHEN a.y3 < b.y3 THEN (CASE WHEN NOT (((a.x7 = 1 OR b.x7 = 1) AND b.y3 - a.y3 IN (7, 8)) OR (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND b.y3 - a.y3 IN (621, 622)) OR (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND abs(b.y3 - (a.y3 * 97022 + 62157740) div 100000) <= 1)) THEN 6
    WHEN a.d3 = 0 OR a.m3 > 13 OR a.d3 > 31 OR (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) IS NULL THEN 5
    WHEN ((a.x7 = 1 OR b.x7 = 1) AND b.y3 - a.y3 IN (7, 8)) AND (1724221 + 365 * (a.y3 - 1) + a.y3 div 4 + 30 * (a.m3 - 1) + a.d3 - 1 - 2440588) = (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) THEN 2
    WHEN (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND b.y3 - a.y3 IN (621, 622)) AND (9575 + 365 * (a.y3 - 1375)
    + size(filter(sequence(1375, 1500), k -> k < a.y3 AND (k * 8 + 29) % 33 < 8))
    - size(filter(sequence(1300, 1374), k -> k >= a.y3 AND (k * 8 + 29) % 33 < 8))
    + CASE WHEN a.m3 <= 7 THEN 31 * (a.m3 - 1) ELSE 186 + 30 * (a.m3 - 7) END + a.d3 - 1) = (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) THEN 2
    WHEN (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND abs(b.y3 - (a.y3 * 97022 + 62157740) div 100000) <= 1) AND abs((a.d3 + (59 * (a.m3 - 1) + 1) div 2 + (a.y3 - 1) * 354 + (3 + 11 * a.y3) div 30 + 1948439 - 2440588) - (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END)) <= 1 THEN 2 ELSE 6 END)
    ELSE (CASE WHEN NOT (((a.x7 = 1 OR b.x7 = 1) AND a.y3 - b.y3 IN (7, 8)) OR (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND a.y3 - b.y3 IN (621, 622)) OR (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND abs(a.y3 - (b.y3 * 97022 + 62157740) div 100000) <= 1)) THEN 6
    WHEN b.d3 = 0 OR b.m3 > 13 OR b.d3 > 31 OR (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) IS NULL THEN 5
    WHEN ((a.x7 = 1 OR b.x7 = 1) AND a.y3 - b.y3 IN (7, 8)) AND (1724221 + 365 * (b.y3 - 1) + b.y3 div 4 + 30 * (b.m3 - 1) + b.d3 - 1 - 2440588) = (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) THEN 2
    WHEN (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND a.y3 - b.y3 IN (621, 622)) AND (9575 + 365 * (b.y3 - 1375)
    + size(filter(sequence(1375, 1500), k -> k < b.y3 AND (k * 8 + 29) % 33 < 8))
    - size(filter(sequence(1300, 1374), k -> k >= b.y3 AND (k * 8 + 29) % 33 < 8))
    + CASE WHEN b.m3 <= 7 THEN 31 * (b.m3 - 1) ELSE 186 + 30 * (b.m3 - 7) END + b.d3 - 1) = (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) THEN 2
    WHEN (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND abs(a.y3 - (b.y3 * 97022 + 62157740) div 100000) <= 1) AND abs((b.d3 + (59 * (b.m3 - 1) + 1) div 2 + (b.y3 - 1) * 354 + (3 + 11 * b.y3) div 30 + 1948439 - 2440588) - (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END)) <= 1 THEN 2 ELSE 6 END) END) WHEN a.y3 = b.y3 AND a.m3 = b.d3 AND a.d3 = b.m3 THEN 2 WHEN e.o3 <= 1 THEN 2 WHEN a.m3 = b.m3 AND a.d3 = b.d3 OR a.y3 = b.y3 AND (a.m3 = b.m3 OR a.d3 = b.d3) THEN 3 WHEN a.y3 = b.y3 THEN CASE WHEN (a.m3 = 1 AND a.d3 = 1 OR b.m3 = 1 AND b.d3 = 1) THEN 3 ELSE 4 END WHEN abs(a.y3 - b.y3) > 1 THEN (CASE WHEN abs(a.y3 - b.y3) < 7 OR abs(a.y3 - b.y3) BETWEEN 9 AND 499 THEN 6
    WHEN a.y3 < b.y3 THEN (CASE WHEN NOT (((a.x7 = 1 OR b.x7 = 1) AND b.y3 - a.y3 IN (7, 8)) OR (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND b.y3 - a.y3 IN (621, 622)) OR (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND abs(b.y3 - (a.y3 * 97022 + 62157740) div 100000) <= 1)) THEN 6
    WHEN a.d3 = 0 OR a.m3 > 13 OR a.d3 > 31 OR (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) IS NULL THEN 5
    WHEN ((a.x7 = 1 OR b.x7 = 1) AND b.y3 - a.y3 IN (7, 8)) AND (1724221 + 365 * (a.y3 - 1) + a.y3 div 4 + 30 * (a.m3 - 1) + a.d3 - 1 - 2440588) = (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) THEN 2
    WHEN (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND b.y3 - a.y3 IN (621, 622)) AND (9575 + 365 * (a.y3 - 1375)
    + size(filter(sequence(1375, 1500), k -> k < a.y3 AND (k * 8 + 29) % 33 < 8))
    - size(filter(sequence(1300, 1374), k -> k >= a.y3 AND (k * 8 + 29) % 33 < 8))
    + CASE WHEN a.m3 <= 7 THEN 31 * (a.m3 - 1) ELSE 186 + 30 * (a.m3 - 7) END + a.d3 - 1) = (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END) THEN 2
    WHEN (a.y3 BETWEEN 1300 AND 1500 AND b.y3 >= 1880 AND abs(b.y3 - (a.y3 * 97022 + 62157740) div 100000) <= 1) AND abs((a.d3 + (59 * (a.m3 - 1) + 1) div 2 + (a.y3 - 1) * 354 + (3 + 11 * a.y3) div 30 + 1948439 - 2440588) - (CASE WHEN b.m3 BETWEEN 1 AND 12 AND b.d3 BETWEEN 1 AND CASE
        WHEN b.m3 = 2 THEN if(b.y3 % 4 = 0 AND (b.y3 % 100 <> 0 OR b.y3 % 400 = 0), 29, 28)
        WHEN b.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * b.y3 + (b.y3 - if(b.m3 <= 2, 1, 0)) div 4 - (b.y3 - if(b.m3 <= 2, 1, 0)) div 100
        + (b.y3 - if(b.m3 <= 2, 1, 0)) div 400 + (367 * b.m3 - 362) div 12 - if(b.m3 <= 2, 0, 2) - 719528 + b.d3 END)) <= 1 THEN 2 ELSE 6 END)
    ELSE (CASE WHEN NOT (((a.x7 = 1 OR b.x7 = 1) AND a.y3 - b.y3 IN (7, 8)) OR (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND a.y3 - b.y3 IN (621, 622)) OR (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND abs(a.y3 - (b.y3 * 97022 + 62157740) div 100000) <= 1)) THEN 6
    WHEN b.d3 = 0 OR b.m3 > 13 OR b.d3 > 31 OR (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) IS NULL THEN 5
    WHEN ((a.x7 = 1 OR b.x7 = 1) AND a.y3 - b.y3 IN (7, 8)) AND (1724221 + 365 * (b.y3 - 1) + b.y3 div 4 + 30 * (b.m3 - 1) + b.d3 - 1 - 2440588) = (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) THEN 2
    WHEN (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND a.y3 - b.y3 IN (621, 622)) AND (9575 + 365 * (b.y3 - 1375)
    + size(filter(sequence(1375, 1500), k -> k < b.y3 AND (k * 8 + 29) % 33 < 8))
    - size(filter(sequence(1300, 1374), k -> k >= b.y3 AND (k * 8 + 29) % 33 < 8))
    + CASE WHEN b.m3 <= 7 THEN 31 * (b.m3 - 1) ELSE 186 + 30 * (b.m3 - 7) END + b.d3 - 1) = (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END) THEN 2
    WHEN (b.y3 BETWEEN 1300 AND 1500 AND a.y3 >= 1880 AND abs(a.y3 - (b.y3 * 97022 + 62157740) div 100000) <= 1) AND abs((b.d3 + (59 * (b.m3 - 1) + 1) div 2 + (b.y3 - 1) * 354 + (3 + 11 * b.y3) div 30 + 1948439 - 2440588) - (CASE WHEN a.m3 BETWEEN 1 AND 12 AND a.d3 BETWEEN 1 AND CASE
        WHEN a.m3 = 2 THEN if(a.y3 % 4 = 0 AND (a.y3 % 100 <> 0 OR a.y3 % 400 = 0), 29, 28)
        WHEN a.m3 IN (4, 6, 9, 11) THEN 30 ELSE 31 END
    THEN 365 * a.y3 + (a.y3 - if(a.m3 <= 2, 1, 0)) div 4 - (a.y3 - if(a.m3 <= 2, 1, 0)) div 100
        + (a.y3 - if(a.m3 <= 2, 1, 0)) div 400 + (367 * a.m3 - 362) div 12 - if(a.m3 <= 2, 0, 2) - 719528 + a.d3 END)) <= 1 THEN 2 ELSE 6 END) END) WHEN (a.m3 = 1 AND a.d3 = 1 OR b.m3 = 1 AND b.d3 = 1) THEN 5 WHEN abs((a.y3 - b.y3) * 365 + (a.m3 - b.m3) * 30 + a.d3 - b.d3) <= 370 THEN 5 ELSE 6 END AS l3,
    0 AS l4,
    CASE WHEN NOT s.u5 OR a.v5 IS NULL OR b.v5 IS NULL THEN 0 WHEN a.v5 = b.v5 THEN 1 WHEN abs(a.y5 - b.y5) = 1 THEN 2 WHEN e.o5 <= 1 THEN 3 ELSE 4 END AS l5,
    CASE WHEN NOT s.u6 OR a.v6 IS NULL OR b.v6 IS NULL THEN 0 WHEN a.v6 = b.v6 THEN 1 ELSE 2 END AS l6,
    CASE WHEN NOT s.u7 OR a.v7 IS NULL OR b.v7 IS NULL THEN 0 WHEN a.v7 = b.v7 THEN 1 WHEN e.j7 >= 880 THEN 2 ELSE 3 END AS l7,
    CASE WHEN NOT s.u8 OR a.v8 IS NULL OR b.v8 IS NULL THEN 0 WHEN a.v8 = b.v8 THEN 1 WHEN a.t8 = b.t8 OR a.s8 = b.s8 OR e.j8 >= 880 THEN 2 WHEN (size(filter(a.w8, w -> array_contains(b.w8, w)))) > 0 THEN 3 ELSE 4 END AS l8,
    CASE WHEN NOT s.u9 OR a.v9 IS NULL OR b.v9 IS NULL THEN 0 WHEN a.v9 = b.v9 THEN 1 WHEN e.o9 <= 1 THEN 2 WHEN length(a.k9) > 1 AND length(a.k9) = length(b.k9) AND substr(a.k9, 1, CASE WHEN length(a.k9) BETWEEN 5 AND 7 AND substr(a.k9, 1, 1) NOT IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') THEN length(a.k9) - 3 ELSE CAST(floor(length(a.k9) / 2.0) AS INTEGER) END) = substr(b.k9, 1, CASE WHEN length(a.k9) BETWEEN 5 AND 7 AND substr(a.k9, 1, 1) NOT IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') THEN length(a.k9) - 3 ELSE CAST(floor(length(a.k9) / 2.0) AS INTEGER) END) THEN 3 ELSE 4 END AS l9,
    CASE WHEN NOT s.u10 OR a.v10 IS NULL OR b.v10 IS NULL THEN 0 WHEN a.v10 = b.v10 THEN 1 WHEN a.t10 = b.t10 OR a.s10 = b.s10 OR e.j10 >= 880 THEN 2 WHEN (size(filter(a.w10, w -> array_contains(b.w10, w)))) > 0 THEN 3 WHEN a.t11 = b.t10 OR b.t11 = a.t10 THEN 4 ELSE 5 END AS l10,
    CASE WHEN NOT s.u11 OR a.v11 IS NULL OR b.v11 IS NULL THEN 0 WHEN a.v11 = b.v11 THEN 1 WHEN a.t11 = b.t11 OR a.s11 = b.s11 OR e.j11 >= 880 THEN 2 WHEN (size(filter(a.w11, w -> array_contains(b.w11, w)))) > 0 THEN 3 WHEN a.t10 = b.t11 OR b.t10 = a.t11 THEN 4 ELSE 5 END AS l11,
    CASE WHEN NOT s.u12 OR a.v12 IS NULL OR b.v12 IS NULL THEN 0 WHEN a.v12 = b.v12 THEN 1 WHEN e.o12 = 0 THEN 2 WHEN e.o12 <= 1 THEN e.o12 + 1 ELSE 3 END AS l12,
    CASE WHEN NOT s.u13 OR a.v13 IS NULL OR b.v13 IS NULL THEN 0 WHEN a.v13 = b.v13 THEN 1 WHEN e.j13 >= 950 THEN 2 WHEN e.j13 >= 860 THEN 3 ELSE 4 END AS l13,
    CASE WHEN NOT s.u14 OR a.v14 IS NULL OR b.v14 IS NULL THEN 0 WHEN a.v14 = b.v14 THEN 1 WHEN e.o14 = 0 THEN 2 WHEN e.o14 <= 2 THEN e.o14 + 1 ELSE 4 END AS l14,
    CASE WHEN NOT s.u15 OR a.v15 IS NULL OR b.v15 IS NULL THEN 0 WHEN a.v15 = b.v15 THEN 1 WHEN a.t15 = b.t15 OR a.s15 = b.s15 OR e.j15 >= 880 THEN 2 WHEN (size(filter(a.w15, w -> array_contains(b.w15, w)))) > 0 THEN 3 ELSE 4 END AS l15
FROM throughline_evidence e CROSS JOIN throughline_facts s
JOIN throughline_forms a ON a.record = e.a
JOIN throughline_forms b ON b.record = e.b;

DROP TABLE IF EXISTS throughline_crossed;
CREATE TABLE throughline_crossed USING parquet AS
SELECT l.a, l.b,
    a.v1 IS NOT NULL AND b.v1 IS NOT NULL AND a.v2 IS NOT NULL AND b.v2 IS NOT NULL AS whole,
    coalesce((element_at(transform(array((aggregate(sequence(1, length(a.k1)), b.k2, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(a.k1), length(b.k2)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(a.k1), length(b.k2)) div 2 - 1, 0) AS INT)), length(b.k2)) + 1 - f, 0)),
                                             substr(a.k1, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(a.k1, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(b.k2)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(a.k1) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k2)) > 7 * (3 * length(a.k1) * length(b.k2) * m) THEN 1000 * (10 * (m * m * (length(a.k1) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k2)) + (CASE WHEN substr(a.k1, 1, 1) <> substr(b.k2, 1, 1) THEN 0 WHEN substr(a.k1, 2, 1) <> substr(b.k2, 2, 1) THEN 1
    WHEN substr(a.k1, 3, 1) <> substr(b.k2, 3, 1) THEN 2 WHEN substr(a.k1, 4, 1) <> substr(b.k2, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(a.k1) * length(b.k2) * m) - (m * m * (length(a.k1) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k2)))) div (10 * (3 * length(a.k1) * length(b.k2) * m))
    ELSE 1000 * (m * m * (length(a.k1) + length(b.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(b.k2) + 1))), k -> substr(substr(p, length(b.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(b.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(b.k2, k, 1)))), k, 1)))) div 2)
                         * length(a.k1) * length(b.k2)) div (3 * length(a.k1) * length(b.k2) * m) END) AS INT)
            END), 1)), 1)), 0) AS one,
    coalesce((element_at(transform(array((aggregate(sequence(1, length(b.k1)), a.k2, (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(b.k1), length(a.k2)) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(b.k1), length(a.k2)) div 2 - 1, 0) AS INT)), length(a.k2)) + 1 - f, 0)),
                                             substr(b.k1, i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(b.k1, i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(a.k2)), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(b.k1) + length(a.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(a.k2) + 1))), k -> substr(substr(p, length(a.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(a.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(a.k2, k, 1)))), k, 1)))) div 2)
                         * length(b.k1) * length(a.k2)) > 7 * (3 * length(b.k1) * length(a.k2) * m) THEN 1000 * (10 * (m * m * (length(b.k1) + length(a.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(a.k2) + 1))), k -> substr(substr(p, length(a.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(a.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(a.k2, k, 1)))), k, 1)))) div 2)
                         * length(b.k1) * length(a.k2)) + (CASE WHEN substr(b.k1, 1, 1) <> substr(a.k2, 1, 1) THEN 0 WHEN substr(b.k1, 2, 1) <> substr(a.k2, 2, 1) THEN 1
    WHEN substr(b.k1, 3, 1) <> substr(a.k2, 3, 1) THEN 2 WHEN substr(b.k1, 4, 1) <> substr(a.k2, 4, 1) THEN 3 ELSE 4 END) * ((3 * length(b.k1) * length(a.k2) * m) - (m * m * (length(b.k1) + length(a.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(a.k2) + 1))), k -> substr(substr(p, length(a.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(a.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(a.k2, k, 1)))), k, 1)))) div 2)
                         * length(b.k1) * length(a.k2)))) div (10 * (3 * length(b.k1) * length(a.k2) * m))
    ELSE 1000 * (m * m * (length(b.k1) + length(a.k2)) + (m - (size(filter(sequence(1, length(substr(p, length(a.k2) + 1))), k -> substr(substr(p, length(a.k2) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(a.k2)), k -> substr(p, k, 1) = chr(1)), k -> substr(a.k2, k, 1)))), k, 1)))) div 2)
                         * length(b.k1) * length(a.k2)) div (3 * length(b.k1) * length(a.k2) * m) END) AS INT)
            END), 1)), 1)), 0) AS two,
    CASE WHEN (a.n1 > 1 OR b.n1 > 1 OR a.n2 > 1 OR b.n2 > 1) AND a.z1 + a.z2 >= 2 AND b.z1 + b.z2 >= 2 AND (((size(filter(a.w1, w -> array_contains(b.w1, w)))) > 0 OR (size(filter(a.g1, w -> array_contains(b.g1, w)))) > 0) OR ((size(filter(a.w1, w -> array_contains(b.w2, w)))) > 0 OR (size(filter(a.g1, w -> array_contains(b.g2, w)))) > 0) OR ((size(filter(a.w2, w -> array_contains(b.w1, w)))) > 0 OR (size(filter(a.g2, w -> array_contains(b.g1, w)))) > 0)) THEN (CASE WHEN NOT CASE WHEN (size(filter(split(concat_ws(' ', a.b1, a.b2), ' '), u -> get(split(u, ':'), 3) = '0'))) < (size(filter(split(concat_ws(' ', b.b1, b.b2), ' '), u -> get(split(u, ':'), 3) = '0')))
            OR (size(filter(split(concat_ws(' ', a.b1, a.b2), ' '), u -> get(split(u, ':'), 3) = '0'))) = (size(filter(split(concat_ws(' ', b.b1, b.b2), ' '), u -> get(split(u, ':'), 3) = '0'))) AND size(split(concat_ws(' ', a.b1, a.b2), ' ')) <= size(split(concat_ws(' ', b.b1, b.b2), ' '))
        THEN (aggregate(split(concat_ws(' ', a.b1, a.b2), ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(concat_ws(' ', a.b1, a.b2), ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(concat_ws(' ', b.b1, b.b2), ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(concat_ws(' ', b.b1, b.b2), ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') ELSE (aggregate(split(concat_ws(' ', b.b1, b.b2), ' '), ',', (state, w) -> CASE WHEN state = 'x' THEN 'x'
        WHEN get(split(w, ':'), 3) = '1' AND (size(filter(split(concat_ws(' ', b.b1, b.b2), ' '), u -> get(split(u, ':'), 3) = '0'))) > 0 THEN state
        ELSE get(transform(array((aggregate(sequence(1, size(split(concat_ws(' ', a.b1, a.b2), ' '))), '9:0', (best, n) -> get(transform(array(concat(CAST(
            CASE WHEN instr(state, concat(',', CAST(n AS STRING), ',')) > 0 THEN 3
            ELSE (CASE WHEN get(split(w, ':'), 1) = get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 1) THEN 0
    WHEN length(get(split(w, ':'), 0)) = 1 OR length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) = 1
        THEN if(substr(get(split(w, ':'), 0), 1, 1) = substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), 1, 1), 2, 3)
    WHEN get(split(w, ':'), 2) <> '0' AND get(split(w, ':'), 2) = get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 2) AND length(get(split(w, ':'), 0)) > 2 AND length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) > 2 THEN 1
    ELSE get(transform(array((element_at(transform(array((aggregate(sequence(1, length(get(split(w, ':'), 0))), get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), (s, i) ->
        element_at(transform(array(greatest(i - (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), 1)), f ->
            element_at(transform(array(instr(substr(s, f, greatest(least(i + (CAST(greatest(greatest(length(get(split(w, ':'), 0)), length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) div 2 - 1, 0) AS INT)), length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + 1 - f, 0)),
                                             substr(get(split(w, ':'), 0), i, 1))), p ->
                CASE WHEN p > 0 THEN concat(substr(s, 1, f + p - 2), chr(1), substr(s, f + p), substr(get(split(w, ':'), 0), i, 1))
                ELSE s END), 1)), 1)))), p ->
        element_at(transform(array(length(p) - length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))), m -> CASE WHEN m = 0 THEN 0 ELSE
            CAST((CASE WHEN 10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) > 7 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) * m) THEN 1000 * (10 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + (CASE WHEN substr(get(split(w, ':'), 0), 1, 1) <> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), 1, 1) THEN 0 WHEN substr(get(split(w, ':'), 0), 2, 1) <> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), 2, 1) THEN 1
    WHEN substr(get(split(w, ':'), 0), 3, 1) <> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), 3, 1) THEN 2 WHEN substr(get(split(w, ':'), 0), 4, 1) <> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), 4, 1) THEN 3 ELSE 4 END) * ((3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) * m) - (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))))) div (10 * (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) * m))
    ELSE 1000 * (m * m * (length(get(split(w, ':'), 0)) + length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) + (m - (size(filter(sequence(1, length(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1))), k -> substr(substr(p, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) + 1), k, 1) <> substr((concat_ws('', transform(filter(sequence(1, length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))), k -> substr(p, k, 1) = chr(1)), k -> substr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0), k, 1)))), k, 1)))) div 2)
                         * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0))) div (3 * length(get(split(w, ':'), 0)) * length(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 0)) * m) END) AS INT)
            END), 1)), 1))), v -> CASE WHEN v >= 920 THEN 1 WHEN v >= 850
        OR instr(get(split(w, ':'), 4), concat(',', get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 1), ',')) > 0
        OR instr(get(split(get(split(concat_ws(' ', a.b1, a.b2), ' '), n - 1), ':'), 4), concat(',', get(split(w, ':'), 1), ',')) > 0 THEN 2 ELSE 3 END), 0) END) END AS STRING),
        ':', CAST(n AS STRING))), pick -> if(substr(pick, 1, 1) < substr(best, 1, 1), pick, best)), 0)))),
                           pick -> if(substr(pick, 1, 1) < '3', concat(state, substr(pick, 3), ','), 'x')), 0) END) <> 'x') END THEN 0
    WHEN size(split(concat_ws(' ', a.b1, a.b2), ' ')) = size(split(concat_ws(' ', b.b1, b.b2), ' ')) THEN 2 ELSE 1 END) > 0 ELSE false END AS agree
FROM throughline_nearness l
JOIN throughline_forms a ON a.record = l.a
JOIN throughline_forms b ON b.record = l.b
WHERE NOT (l.l1 IN (1, 2) OR l.l2 IN (1, 2) OR l.l1 = 3 AND l.l2 = 3 OR (l.l1 = 0 AND l.l2 = 3 OR l.l1 = 3 AND l.l2 = 0) AND NOT ((a.v1 IS NOT NULL OR b.v1 IS NOT NULL) AND (a.v2 IS NOT NULL OR b.v2 IS NOT NULL))) AND (a.n1 > 1 OR b.n1 > 1 OR a.n2 > 1 OR b.n2 > 1 OR substr(a.v1, 1, 1) = substr(b.v2, 1, 1) OR substr(b.v1, 1, 1) = substr(a.v2, 1, 1));

DROP TABLE IF EXISTS throughline_levels;
CREATE TABLE throughline_levels USING parquet AS
SELECT l.a, l.b,
    CASE WHEN coalesce(x.level, 0) > 0 THEN x.level ELSE l.l1 END AS l1,
    CASE WHEN coalesce(x.level, 0) > 0 THEN 0 ELSE l.l2 END AS l2,
    CASE WHEN l.l3 > 3 AND (a.v4 IS NOT NULL OR b.v4 IS NOT NULL)
        THEN least(CASE WHEN a.y3 IS NULL OR b.y4 IS NULL THEN 7 WHEN a.y3 = b.y4 AND a.m3 = b.m4 AND a.d3 = b.d4 THEN 2 WHEN a.d3 = 0 OR b.d4 = 0 THEN CASE WHEN a.y3 = b.y4 AND a.m3 > 0 AND a.m3 = b.m4 THEN 3 ELSE 7 END WHEN a.y3 = b.y4 AND a.m3 = b.d4 AND a.d3 = b.m4 THEN 2 WHEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k3, b.k4) <= 1 THEN levenshtein(a.k3, b.k4)
    WHEN length(a.k3) = length(b.k4) AND length(a.k3) > 1 AND levenshtein(a.k3, b.k4) = 2
        AND exists(sequence(1, length(a.k3) - 1), q -> concat(substr(a.k3, 1, q - 1), substr(a.k3, q + 1, 1),
                                                            substr(a.k3, q, 1), substr(a.k3, q + 2)) = b.k4)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k3, b.k4) <= 1 THEN levenshtein(a.k3, b.k4)
    WHEN length(a.k3) = length(b.k4) AND length(a.k3) > 1 AND levenshtein(a.k3, b.k4) = 2
        AND exists(sequence(1, length(a.k3) - 1), q -> concat(substr(a.k3, 1, q - 1), substr(a.k3, q + 1, 1),
                                                            substr(a.k3, q, 1), substr(a.k3, q + 2)) = b.k4)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k3, b.k4) = 2 THEN 2
    WHEN levenshtein(a.k3, b.k4) <= 4 AND length(a.k3) > 1 AND length(b.k4) > 1
        AND exists(sequence(1, length(a.k3) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k4)
            AND substr(a.k3, i, 1) = substr(b.k4, j + 1, 1) AND substr(a.k3, i + 1, 1) = substr(b.k4, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k3, 1, i - 1), substr(b.k4, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k3, 1, i - 1), substr(b.k4, 1, j - 1))
    WHEN length(substr(a.k3, 1, i - 1)) = length(substr(b.k4, 1, j - 1)) AND length(substr(a.k3, 1, i - 1)) > 1 AND levenshtein(substr(a.k3, 1, i - 1), substr(b.k4, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k3, 1, i - 1)) - 1), q -> concat(substr(substr(a.k3, 1, i - 1), 1, q - 1), substr(substr(a.k3, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k3, 1, i - 1), q, 1), substr(substr(a.k3, 1, i - 1), q + 2)) = substr(b.k4, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k3, i + 2), substr(b.k4, j + 2)) <= 1 THEN levenshtein(substr(a.k3, i + 2), substr(b.k4, j + 2))
    WHEN length(substr(a.k3, i + 2)) = length(substr(b.k4, j + 2)) AND length(substr(a.k3, i + 2)) > 1 AND levenshtein(substr(a.k3, i + 2), substr(b.k4, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k3, i + 2)) - 1), q -> concat(substr(substr(a.k3, i + 2), 1, q - 1), substr(substr(a.k3, i + 2), q + 1, 1),
                                                            substr(substr(a.k3, i + 2), q, 1), substr(substr(a.k3, i + 2), q + 2)) = substr(b.k4, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) <= 1 THEN 2 WHEN a.m3 = b.m4 AND a.d3 = b.d4 THEN 3 WHEN a.y3 = b.y4 AND (a.m3 = b.m4 OR a.d3 = b.d4 OR a.m3 = 1 AND a.d3 = 1 OR b.m4 = 1 AND b.d4 = 1) THEN 3 ELSE 7 END,
            CASE WHEN a.y4 IS NULL OR b.y3 IS NULL THEN 7 WHEN a.y4 = b.y3 AND a.m4 = b.m3 AND a.d4 = b.d3 THEN 2 WHEN a.d4 = 0 OR b.d3 = 0 THEN CASE WHEN a.y4 = b.y3 AND a.m4 > 0 AND a.m4 = b.m3 THEN 3 ELSE 7 END WHEN a.y4 = b.y3 AND a.m4 = b.d3 AND a.d4 = b.m3 THEN 2 WHEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k4, b.k3) <= 1 THEN levenshtein(a.k4, b.k3)
    WHEN length(a.k4) = length(b.k3) AND length(a.k4) > 1 AND levenshtein(a.k4, b.k3) = 2
        AND exists(sequence(1, length(a.k4) - 1), q -> concat(substr(a.k4, 1, q - 1), substr(a.k4, q + 1, 1),
                                                            substr(a.k4, q, 1), substr(a.k4, q + 2)) = b.k3)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k4, b.k3) <= 1 THEN levenshtein(a.k4, b.k3)
    WHEN length(a.k4) = length(b.k3) AND length(a.k4) > 1 AND levenshtein(a.k4, b.k3) = 2
        AND exists(sequence(1, length(a.k4) - 1), q -> concat(substr(a.k4, 1, q - 1), substr(a.k4, q + 1, 1),
                                                            substr(a.k4, q, 1), substr(a.k4, q + 2)) = b.k3)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k4, b.k3) = 2 THEN 2
    WHEN levenshtein(a.k4, b.k3) <= 4 AND length(a.k4) > 1 AND length(b.k3) > 1
        AND exists(sequence(1, length(a.k4) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k3)
            AND substr(a.k4, i, 1) = substr(b.k3, j + 1, 1) AND substr(a.k4, i + 1, 1) = substr(b.k3, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k4, 1, i - 1), substr(b.k3, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k4, 1, i - 1), substr(b.k3, 1, j - 1))
    WHEN length(substr(a.k4, 1, i - 1)) = length(substr(b.k3, 1, j - 1)) AND length(substr(a.k4, 1, i - 1)) > 1 AND levenshtein(substr(a.k4, 1, i - 1), substr(b.k3, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k4, 1, i - 1)) - 1), q -> concat(substr(substr(a.k4, 1, i - 1), 1, q - 1), substr(substr(a.k4, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k4, 1, i - 1), q, 1), substr(substr(a.k4, 1, i - 1), q + 2)) = substr(b.k3, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k4, i + 2), substr(b.k3, j + 2)) <= 1 THEN levenshtein(substr(a.k4, i + 2), substr(b.k3, j + 2))
    WHEN length(substr(a.k4, i + 2)) = length(substr(b.k3, j + 2)) AND length(substr(a.k4, i + 2)) > 1 AND levenshtein(substr(a.k4, i + 2), substr(b.k3, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k4, i + 2)) - 1), q -> concat(substr(substr(a.k4, i + 2), 1, q - 1), substr(substr(a.k4, i + 2), q + 1, 1),
                                                            substr(substr(a.k4, i + 2), q, 1), substr(substr(a.k4, i + 2), q + 2)) = substr(b.k3, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) <= 1 THEN 2 WHEN a.m4 = b.m3 AND a.d4 = b.d3 THEN 3 WHEN a.y4 = b.y3 AND (a.m4 = b.m3 OR a.d4 = b.d3 OR a.m4 = 1 AND a.d4 = 1 OR b.m3 = 1 AND b.d3 = 1) THEN 3 ELSE 7 END,
            CASE WHEN a.y4 IS NULL OR b.y4 IS NULL THEN 7 WHEN a.y4 = b.y4 AND a.m4 = b.m4 AND a.d4 = b.d4 THEN 2 WHEN a.d4 = 0 OR b.d4 = 0 THEN CASE WHEN a.y4 = b.y4 AND a.m4 > 0 AND a.m4 = b.m4 THEN 3 ELSE 7 END WHEN a.y4 = b.y4 AND a.m4 = b.d4 AND a.d4 = b.m4 THEN 2 WHEN (CASE WHEN 1 = 1 OR (CASE WHEN levenshtein(a.k4, b.k4) <= 1 THEN levenshtein(a.k4, b.k4)
    WHEN length(a.k4) = length(b.k4) AND length(a.k4) > 1 AND levenshtein(a.k4, b.k4) = 2
        AND exists(sequence(1, length(a.k4) - 1), q -> concat(substr(a.k4, 1, q - 1), substr(a.k4, q + 1, 1),
                                                            substr(a.k4, q, 1), substr(a.k4, q + 2)) = b.k4)
    THEN 1 ELSE 2 END) <= 1 THEN (CASE WHEN levenshtein(a.k4, b.k4) <= 1 THEN levenshtein(a.k4, b.k4)
    WHEN length(a.k4) = length(b.k4) AND length(a.k4) > 1 AND levenshtein(a.k4, b.k4) = 2
        AND exists(sequence(1, length(a.k4) - 1), q -> concat(substr(a.k4, 1, q - 1), substr(a.k4, q + 1, 1),
                                                            substr(a.k4, q, 1), substr(a.k4, q + 2)) = b.k4)
    THEN 1 ELSE 2 END)
    WHEN levenshtein(a.k4, b.k4) = 2 THEN 2
    WHEN levenshtein(a.k4, b.k4) <= 4 AND length(a.k4) > 1 AND length(b.k4) > 1
        AND exists(sequence(1, length(a.k4) - 1), i -> exists(array(i - 1, i, i + 1), j -> j >= 1 AND j < length(b.k4)
            AND substr(a.k4, i, 1) = substr(b.k4, j + 1, 1) AND substr(a.k4, i + 1, 1) = substr(b.k4, j, 1)
            AND (CASE WHEN levenshtein(substr(a.k4, 1, i - 1), substr(b.k4, 1, j - 1)) <= 1 THEN levenshtein(substr(a.k4, 1, i - 1), substr(b.k4, 1, j - 1))
    WHEN length(substr(a.k4, 1, i - 1)) = length(substr(b.k4, 1, j - 1)) AND length(substr(a.k4, 1, i - 1)) > 1 AND levenshtein(substr(a.k4, 1, i - 1), substr(b.k4, 1, j - 1)) = 2
        AND exists(sequence(1, length(substr(a.k4, 1, i - 1)) - 1), q -> concat(substr(substr(a.k4, 1, i - 1), 1, q - 1), substr(substr(a.k4, 1, i - 1), q + 1, 1),
                                                            substr(substr(a.k4, 1, i - 1), q, 1), substr(substr(a.k4, 1, i - 1), q + 2)) = substr(b.k4, 1, j - 1))
    THEN 1 ELSE 2 END)
                + (CASE WHEN levenshtein(substr(a.k4, i + 2), substr(b.k4, j + 2)) <= 1 THEN levenshtein(substr(a.k4, i + 2), substr(b.k4, j + 2))
    WHEN length(substr(a.k4, i + 2)) = length(substr(b.k4, j + 2)) AND length(substr(a.k4, i + 2)) > 1 AND levenshtein(substr(a.k4, i + 2), substr(b.k4, j + 2)) = 2
        AND exists(sequence(1, length(substr(a.k4, i + 2)) - 1), q -> concat(substr(substr(a.k4, i + 2), 1, q - 1), substr(substr(a.k4, i + 2), q + 1, 1),
                                                            substr(substr(a.k4, i + 2), q, 1), substr(substr(a.k4, i + 2), q + 2)) = substr(b.k4, j + 2))
    THEN 1 ELSE 2 END) <= 1))
    THEN 2 ELSE 3 END) <= 1 THEN 2 WHEN a.m4 = b.m4 AND a.d4 = b.d4 THEN 3 WHEN a.y4 = b.y4 AND (a.m4 = b.m4 OR a.d4 = b.d4 OR a.m4 = 1 AND a.d4 = 1 OR b.m4 = 1 AND b.d4 = 1) THEN 3 ELSE 7 END)
        ELSE l.l3 END AS l3,
    l.l4 AS l4,
    l.l5 AS l5,
    l.l6 AS l6,
    l.l7 AS l7,
    l.l8 AS l8,
    l.l9 AS l9,
    l.l10 AS l10,
    l.l11 AS l11,
    l.l12 AS l12,
    l.l13 AS l13,
    l.l14 AS l14,
    l.l15 AS l15
FROM throughline_nearness l
JOIN throughline_forms a ON a.record = l.a
JOIN throughline_forms b ON b.record = l.b
LEFT JOIN (SELECT x.a, x.b, CASE WHEN x.agree OR greatest(x.one, x.two) >= 850 AND least(x.one, x.two) >= CASE WHEN x.whole THEN 720 ELSE 850 END THEN 5 WHEN NOT x.whole AND greatest(x.one, x.two) >= 850 THEN 6 ELSE 0 END AS level FROM throughline_crossed x) x ON x.a = l.a AND x.b = l.b;

DROP TABLE IF EXISTS throughline_weights;
CREATE TABLE throughline_weights USING parquet AS
SELECT l.a, l.b, l.l1, l.l2, l.l3, l.l4, l.l5, l.l6, l.l7, l.l8, l.l9, l.l10, l.l11, l.l12, l.l13, l.l14, l.l15,
    (CAST('-6.39192629' AS FLOAT)
    + CASE l.l6 WHEN 1 THEN a.e6 WHEN 2 THEN CAST('-1.35252154' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l7 WHEN 1 THEN a.e7 WHEN 2 THEN CAST('2.35900187' AS FLOAT) WHEN 3 THEN CAST('-1.75856185' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l3 WHEN 1 THEN a.e3 WHEN 2 THEN CAST('3.02215981' AS FLOAT) WHEN 3 THEN CAST('1.90506732' AS FLOAT) WHEN 4 THEN CAST('1.07500517' AS FLOAT) WHEN 5 THEN CAST('-0.353313148' AS FLOAT) WHEN 6 THEN CAST('-4.55563068' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l5 WHEN 1 THEN a.e5 WHEN 2 THEN CAST('2.64731479' AS FLOAT) WHEN 3 THEN CAST('0.231271952' AS FLOAT) WHEN 4 THEN CAST('-1.89382601' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l9 WHEN 1 THEN a.e9 WHEN 2 THEN CAST('0.814244032' AS FLOAT) WHEN 3 THEN CAST('0.814244032' AS FLOAT) WHEN 4 THEN CAST('-1.15390861' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l12 WHEN 1 THEN a.e12 WHEN 2 THEN CAST('8.82711983' AS FLOAT) WHEN 3 THEN CAST('-1.32002091' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l8 WHEN 1 THEN a.e8 WHEN 2 THEN CAST('2.83422017' AS FLOAT) WHEN 3 THEN CAST('-0.36288172' AS FLOAT) WHEN 4 THEN CAST('-1.71667778' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l10 WHEN 1 THEN a.e10 WHEN 2 THEN CAST('1.40108109' AS FLOAT) WHEN 3 THEN CAST('0.266513318' AS FLOAT) WHEN 4 THEN CAST('0.266513318' AS FLOAT) WHEN 5 THEN CAST('-1.38470531' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l11 WHEN 1 THEN a.e11 WHEN 2 THEN CAST('1.15459287' AS FLOAT) WHEN 3 THEN CAST('0.526499748' AS FLOAT) WHEN 4 THEN CAST('0.473887861' AS FLOAT) WHEN 5 THEN CAST('-1.36692226' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l13 WHEN 1 THEN a.e13 WHEN 2 THEN CAST('2.44792271' AS FLOAT) WHEN 3 THEN CAST('0.686385989' AS FLOAT) WHEN 4 THEN CAST('-1.71679807' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l14 WHEN 1 THEN a.e14 WHEN 2 THEN CAST('7.89211559' AS FLOAT) WHEN 3 THEN CAST('7.31880236' AS FLOAT) WHEN 4 THEN CAST('-1.44556487' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l15 WHEN 1 THEN a.e15 WHEN 2 THEN CAST('1.82552874' AS FLOAT) WHEN 3 THEN CAST('-0.613765597' AS FLOAT) WHEN 4 THEN CAST('-1.81858647' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l1 WHEN 1 THEN a.e1 WHEN 2 THEN CAST('3.52870941' AS FLOAT) WHEN 3 THEN CAST('2.31692076' AS FLOAT) WHEN 4 THEN CAST('1.51195455' AS FLOAT) WHEN 5 THEN CAST('5.27073765' AS FLOAT) WHEN 6 THEN CAST('3.60095429' AS FLOAT) WHEN 7 THEN CAST('-2.15739274' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l2 WHEN 1 THEN a.e2 WHEN 2 THEN CAST('4.15629578' AS FLOAT) WHEN 3 THEN CAST('3.13479209' AS FLOAT) WHEN 4 THEN CAST('1.91824615' AS FLOAT) WHEN 5 THEN CAST('11.98874' AS FLOAT) WHEN 6 THEN CAST('10.98874' AS FLOAT) WHEN 7 THEN CAST('-1.43718314' AS FLOAT) ELSE CAST('0' AS FLOAT) END)
    - (CASE WHEN l.l1 = 1 AND l.l13 = 1 THEN CAST('0.309709668' AS FLOAT) ELSE CAST('0' AS FLOAT) END + CASE WHEN l.l7 = 1 AND l.l13 = 1 THEN CAST('0.154196903' AS FLOAT) ELSE CAST('0' AS FLOAT) END + CASE WHEN l.l12 = 1 AND l.l14 = 1 THEN CAST('0.0821019486' AS FLOAT) ELSE CAST('0' AS FLOAT) END + CASE WHEN l.l13 = 1 AND l.l15 = 1 THEN CAST('0.0761698559' AS FLOAT) ELSE CAST('0' AS FLOAT) END) AS w,
    CAST('0' AS FLOAT)
    + CASE l.l6 WHEN 1 THEN a.e6 WHEN 2 THEN CAST('-1.35252154' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l3 WHEN 1 THEN a.e3 WHEN 2 THEN CAST('3.02215981' AS FLOAT) WHEN 3 THEN CAST('1.90506732' AS FLOAT) WHEN 4 THEN CAST('1.07500517' AS FLOAT) WHEN 5 THEN CAST('-0.353313148' AS FLOAT) WHEN 6 THEN CAST('-4.55563068' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l5 WHEN 1 THEN a.e5 WHEN 2 THEN CAST('2.64731479' AS FLOAT) WHEN 3 THEN CAST('0.231271952' AS FLOAT) WHEN 4 THEN CAST('-1.89382601' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l13 WHEN 1 THEN a.e13 WHEN 2 THEN CAST('2.44792271' AS FLOAT) WHEN 3 THEN CAST('0.686385989' AS FLOAT) WHEN 4 THEN CAST('-1.71679807' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l14 WHEN 1 THEN a.e14 WHEN 2 THEN CAST('7.89211559' AS FLOAT) WHEN 3 THEN CAST('7.31880236' AS FLOAT) WHEN 4 THEN CAST('-1.44556487' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l15 WHEN 1 THEN a.e15 WHEN 2 THEN CAST('1.82552874' AS FLOAT) WHEN 3 THEN CAST('-0.613765597' AS FLOAT) WHEN 4 THEN CAST('-1.81858647' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l1 WHEN 1 THEN a.e1 WHEN 2 THEN CAST('3.52870941' AS FLOAT) WHEN 3 THEN CAST('2.31692076' AS FLOAT) WHEN 4 THEN CAST('1.51195455' AS FLOAT) WHEN 5 THEN CAST('5.27073765' AS FLOAT) WHEN 6 THEN CAST('3.60095429' AS FLOAT) WHEN 7 THEN CAST('-2.15739274' AS FLOAT) ELSE CAST('0' AS FLOAT) END AS personal,
    CAST('0' AS FLOAT)
    + CASE l.l6 WHEN 1 THEN a.e6 WHEN 2 THEN CAST('-1.35252154' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l13 WHEN 1 THEN a.e13 WHEN 2 THEN CAST('2.44792271' AS FLOAT) WHEN 3 THEN CAST('0.686385989' AS FLOAT) WHEN 4 THEN CAST('-1.71679807' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l14 WHEN 1 THEN a.e14 WHEN 2 THEN CAST('7.89211559' AS FLOAT) WHEN 3 THEN CAST('7.31880236' AS FLOAT) WHEN 4 THEN CAST('-1.44556487' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l15 WHEN 1 THEN a.e15 WHEN 2 THEN CAST('1.82552874' AS FLOAT) WHEN 3 THEN CAST('-0.613765597' AS FLOAT) WHEN 4 THEN CAST('-1.81858647' AS FLOAT) ELSE CAST('0' AS FLOAT) END
    + CASE l.l1 WHEN 1 THEN a.e1 WHEN 2 THEN CAST('3.52870941' AS FLOAT) WHEN 3 THEN CAST('2.31692076' AS FLOAT) WHEN 4 THEN CAST('1.51195455' AS FLOAT) WHEN 5 THEN CAST('5.27073765' AS FLOAT) WHEN 6 THEN CAST('3.60095429' AS FLOAT) WHEN 7 THEN CAST('-2.15739274' AS FLOAT) ELSE CAST('0' AS FLOAT) END AS unborn
FROM throughline_levels l JOIN throughline_forms a ON a.record = l.a;

DROP TABLE IF EXISTS throughline_pairs;
CREATE TABLE throughline_pairs USING parquet AS
SELECT a.id AS id_a, b.id AS id_b, q.w AS match_weight,
    1.0 / (1.0 + (power(CAST(2.0 AS DOUBLE), CAST((-CAST(q.w AS DOUBLE)) AS DOUBLE)))) AS match_probability,
    q.l1 AS `first`,
    q.l2 AS `last`,
    q.l3 AS `born`,
    q.l4 AS `other date`,
    q.l5 AS `year`,
    q.l6 AS `sex`,
    q.l7 AS `nation`,
    q.l8 AS `town`,
    q.l9 AS `post`,
    q.l10 AS `street`,
    q.l11 AS `street 2`,
    q.l12 AS `tel`,
    q.l13 AS `mail`,
    q.l14 AS `ref`,
    q.l15 AS `job``s`
FROM (SELECT t.a, t.b, t.l1, t.l2, t.l3, t.l4, t.l5, t.l6, t.l7, t.l8, t.l9, t.l10, t.l11, t.l12, t.l13, t.l14, t.l15,
    CASE WHEN NOT ((false OR s.u1 OR s.u3 OR s.u5 OR s.u6 OR s.u13 OR s.u14) AND (false OR s.u2 OR s.u7 OR s.u8 OR s.u9 OR s.u10 OR s.u11 OR s.u12)) OR least(t.personal, t.unborn) > t.w + CAST('12' AS FLOAT) THEN t.w ELSE t.w - CAST((log2(CAST((CAST('1' AS DOUBLE) + CAST('0.00033809908200055361' AS DOUBLE) * (power(CAST(2.0 AS DOUBLE), CAST(CAST(t.w - t.personal AS DOUBLE) AS DOUBLE))) + CASE WHEN (false OR s.u3 OR s.u5) THEN CAST('0.0018123973859474063' AS DOUBLE) ELSE CAST('0' AS DOUBLE) END * (power(CAST(2.0 AS DOUBLE), CAST(CAST(t.w - t.unborn AS DOUBLE) AS DOUBLE)))) AS DOUBLE))) AS FLOAT) END AS w
    FROM throughline_weights t CROSS JOIN throughline_facts s) q
JOIN throughline_forms a ON a.record = q.a
JOIN throughline_forms b ON b.record = q.b
WHERE q.w >= CAST('-10' AS FLOAT);

DROP TABLE IF EXISTS throughline_facts;
DROP TABLE IF EXISTS throughline_known;
DROP TABLE IF EXISTS throughline_forms;
DROP TABLE IF EXISTS throughline_keys;
DROP TABLE IF EXISTS throughline_groups;
DROP TABLE IF EXISTS throughline_over;
DROP TABLE IF EXISTS throughline_more_keys;
DROP TABLE IF EXISTS throughline_more_groups;
DROP TABLE IF EXISTS throughline_members;
DROP TABLE IF EXISTS throughline_candidates;
DROP TABLE IF EXISTS throughline_evidence;
DROP TABLE IF EXISTS throughline_nearness;
DROP TABLE IF EXISTS throughline_crossed;
DROP TABLE IF EXISTS throughline_levels;
DROP TABLE IF EXISTS throughline_weights;
