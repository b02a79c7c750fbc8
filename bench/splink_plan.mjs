// The linkage of bench/link.sh as Splink plans it, on DuckDB: node splink_plan.mjs PEOPLE.csv four|loose
//
// Written by us from Splink's published description of its method (term-frequency tables; u from random
// pairs; m by expectation-maximisation in two blocked sessions; blocked ids, comparison vectors, weights with
// term frequency, a probability threshold; connected components by passing the least id along). It is not the
// Python package. Settings in its favour: u on a million pairs, Jaro-Winkler computed once a pair instead of
// once a threshold, Levenshtein for the dates, pairs kept from probability .9 on, no columns retained, order of
// insertion not kept. Prints one JSON object: pairs, clusters, CPU seconds by step, memory.
import {DuckDBInstance} from '@duckdb/node-api';

const [file, which = 'four', threads = '2'] = process.argv.slice(2);
const db = await DuckDBInstance.create(':memory:', {threads});
const con = await db.connect();
const sql = (text) => con.run(text);
const rows = async (text) => (await con.runAndReadAll(text)).getRowObjects();
const one = async (text) => Number(Object.values((await rows(text))[0])[0]);
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
const steps = {};
let last = cpu();
const step = (name) => { const now = cpu(); steps[name] = Math.round((now - last) * 100) / 100; last = now; };

// ---- the model: levels from the last (0, all others) to the first ----

const TERMS = ['first_name', 'surname', 'city', 'nationality'];
const district = (side, pattern) => `nullif(regexp_extract(postcode_${side}, '${pattern}', 0), '')`;
const postcode = (pattern) => `${district('l', pattern)} = ${district('r', pattern)}`;
const days = (n) => `abs(epoch(dob_l) - epoch(dob_r)) <= ${n * 86400}`;
const name = (c) => ({column: c, levels: [null, `jw_${c} >= 0.7`, `jw_${c} >= 0.88`, `jw_${c} >= 0.92`, `${c}_l = ${c}_r`]});
const comparisons = [
  name('first_name'),
  name('surname'),
  {column: 'dob', levels: [null, days(3652.5), days(365.25), days(30.4375),
    'levenshtein(dob_l::varchar, dob_r::varchar) <= 1', 'dob_l = dob_r']},
  {column: 'postcode', levels: [null, postcode('^[A-Za-z]{1,2}'), postcode('^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?'),
    postcode('^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]'), 'postcode_l = postcode_r']},
  {column: 'city', levels: [null, 'city_l = city_r']},
  {column: 'nationality', levels: [null, 'nationality_l = nationality_r']},
];
for (const c of comparisons) {
  const n = c.levels.length;
  c.m = c.levels.map((_, k) => (k === n - 1 ? 0.95 : 0.05 / (n - 1)));
  c.u = c.levels.map((_, k) => 1 / n);
}
const gamma = (c) => {
  const cases = c.levels.map((when, k) => (when ? `WHEN ${when} THEN ${k}` : '')).reverse().join(' ');
  return `CASE WHEN ${c.column}_l IS NULL OR ${c.column}_r IS NULL THEN -1 ${cases} ELSE 0 END AS g_${c.column}`;
};
// pairs (ids or rows) -> comparison vectors, with the term frequencies that the weights need
const vectors = (from, terms) => `
  WITH sides AS (${from}),
  likeness AS (SELECT *, jaro_winkler_similarity(first_name_l, first_name_r) AS jw_first_name,
                      jaro_winkler_similarity(surname_l, surname_r) AS jw_surname FROM sides)
  SELECT id_l, id_r, ${comparisons.map(gamma).join(', ')}${terms ? `, ${TERMS.map((c) =>
    `greatest(tf_${c}_l, tf_${c}_r) AS tf_${c}`).join(', ')}` : ''} FROM likeness`;
const COLUMNS = ['first_name', 'surname', 'dob', 'postcode', 'city', 'nationality', ...TERMS.map((c) => `tf_${c}`)];
const both = (ids) => `SELECT b.id_l, b.id_r, ${COLUMNS.map((c) => `l.${c} AS ${c}_l, r.${c} AS ${c}_r`).join(', ')}
  FROM ${ids} b JOIN people l ON l.id = b.id_l JOIN people r ON r.id = b.id_r`;

// blocked ids: each rule leaves out what an earlier one has
const blocked = (rules) => rules.map((rule, k) => `
  SELECT l.id AS id_l, r.id AS id_r FROM people l JOIN people r ON ${rule} WHERE l.id < r.id
  ${rules.slice(0, k).map((r) => `AND NOT coalesce((${r}), false)`).join(' ')}`).join(' UNION ALL ');

let prior = 0.0001;
const weight = (active) => {
  const parts = [`cast(${Math.log2(prior / (1 - prior))} as double)`];
  for (const c of active) {
    const top = c.levels.length - 1;
    parts.push(`CASE g_${c.column} ${c.levels.map((_, k) =>
      `WHEN ${k} THEN ${Math.log2(c.m[k] / c.u[k])}`).join(' ')} ELSE 0 END`);
    if (TERMS.includes(c.column))
      parts.push(`CASE WHEN g_${c.column} = ${top} AND tf_${c.column} IS NOT NULL
        THEN log2(${c.u[top]} / tf_${c.column}) ELSE 0 END`);
  }
  return parts.join(' + ');
};
const probability = (active) => `1 - 1 / (1 + pow(2, ${weight(active)}))`;

// ---- the steps ----

await sql('SET preserve_insertion_order = false');
await sql(`CREATE TABLE input AS SELECT rec_id AS id, nullif(first_name, '') AS first_name,
  nullif(surname, '') AS surname, try_cast(dob AS date) AS dob, nullif(postcode, '') AS postcode,
  nullif(city, '') AS city, nullif(nationality, '') AS nationality
  FROM read_csv('${file.replaceAll("'", "''")}', all_varchar = true, header = true)`);
const records = await one('SELECT count(*) FROM input');
step('load');

for (const c of TERMS)
  await sql(`CREATE TABLE tf_${c} AS SELECT ${c}, count(*)::double / (SELECT count(${c}) FROM input) AS tf_${c}
             FROM input WHERE ${c} IS NOT NULL GROUP BY ${c}`);
await sql(`CREATE TABLE people AS SELECT input.*, ${TERMS.map((c) => `tf_${c}`).join(', ')} FROM input
           ${TERMS.map((c) => `LEFT JOIN tf_${c} USING (${c})`).join(' ')}`);
step('term_frequency');

const equal = (...columns) => columns.map((c) => `l.${c} = r.${c}`).join(' AND ');
const RULES = {
  four: [equal('first_name', 'surname'), equal('surname', 'dob'), equal('first_name', 'dob'),
    equal('postcode', 'first_name')],
  loose: [equal('dob'), equal('first_name', 'surname'),
    `${equal('surname')} AND substr(l.first_name, 1, 1) = substr(r.first_name, 1, 1)`, equal('postcode')],
}[which];

// pairs that are surely one person, over the share of persons' pairs that such rules find
const sure = await one(`SELECT count(*) FROM (${blocked([equal('first_name', 'surname', 'dob'),
  equal('surname', 'dob', 'postcode')])})`);
const possible = records * (records - 1) / 2;
prior = Math.max(sure / 0.7 / possible, 1e-9);
step('prior');

const sample = Math.ceil(Math.sqrt(2 * 1e6));
await sql(`CREATE TABLE drawn AS SELECT * FROM people USING SAMPLE reservoir(${Math.min(sample, records)} ROWS) REPEATABLE (1)`);
await sql(`CREATE TABLE random_pairs AS ${vectors(`SELECT l.id AS id_l, r.id AS id_r,
  ${COLUMNS.map((c) => `l.${c} AS ${c}_l, r.${c} AS ${c}_r`).join(', ')}
  FROM drawn l JOIN drawn r ON l.id < r.id`, false)}`);
for (const c of comparisons) {
  const found = await rows(`SELECT g_${c.column} AS g, count(*) AS n FROM random_pairs
                            WHERE g_${c.column} >= 0 GROUP BY 1`);
  const all = found.reduce((s, r) => s + Number(r.n), 0);
  c.u = c.levels.map((_, k) => Math.max(Number(found.find((r) => Number(r.g) === k)?.n ?? 0), 0.5) / all);
}
step('u');

// expectation-maximisation: one session a blocking rule, for the columns that the rule is not of
const trained = new Map();
async function session(columns, number) {
  const active = comparisons.filter((c) => !columns.includes(c.column));
  await sql(`CREATE OR REPLACE TABLE ids AS ${blocked([equal(...columns)])}`);
  await sql(`CREATE OR REPLACE TABLE cv AS ${vectors(both('ids'), true)}`);
  const kept = prior;
  // among pairs that agree on the rule's columns matches are commoner by what that agreement weighs
  const odds = comparisons.filter((c) => columns.includes(c.column))
    .reduce((o, c) => o * (c.m.at(-1) / c.u.at(-1)), prior / (1 - prior));
  prior = Math.min(odds / (1 + odds), 0.999);
  let passes = 0;
  for (let change = 1; change > 1e-4 && passes < 25; passes++) {
    await sql(`CREATE OR REPLACE TABLE scored AS SELECT ${active.map((c) => `g_${c.column}`).join(', ')},
               ${probability(active)} AS p FROM cv`);
    const sums = await rows(active.map((c) => `SELECT '${c.column}' AS c, g_${c.column} AS g, sum(p) AS s
      FROM scored WHERE g_${c.column} >= 0 GROUP BY g_${c.column}`).join(' UNION ALL ') +
      ` UNION ALL SELECT 'prior', 0, avg(p) FROM scored`);
    change = 0;
    for (const c of active) {
      const mine = sums.filter((r) => r.c === c.column), all = mine.reduce((s, r) => s + Number(r.s), 0);
      c.m = c.m.map((old, k) => {
        const m = Math.max(Number(mine.find((r) => Number(r.g) === k)?.s ?? 0) / all, 1e-6);
        change = Math.max(change, Math.abs(m - old));
        return m;
      });
    }
    prior = Math.min(Math.max(Number(sums.find((r) => r.c === 'prior').s), 1e-9), 0.999);
  }
  for (const c of active)
    trained.set(c, [...(trained.get(c) ?? []), c.m]);
  prior = kept;
  const pairs = await one('SELECT count(*) FROM cv');
  steps[`em_${number}_passes`] = passes;
  return pairs;
}
const training = [await session(['first_name', 'surname'], 1), await session(['surname', 'dob'], 2)];
for (const [c, seen] of trained)
  c.m = c.m.map((_, k) => seen.reduce((s, m) => s + m[k], 0) / seen.length);
step('em');

await sql(`CREATE TABLE blocked AS ${blocked(RULES)}`);
const pairs = await one('SELECT count(*) FROM blocked');
step('block');
await sql(`CREATE TABLE edges AS SELECT id_l, id_r FROM (SELECT id_l, id_r, ${probability(comparisons)} AS p
           FROM (${vectors(both('blocked'), true)})) WHERE p >= 0.9`);
step('predict');

// connected components: every record takes the least representative around it until none changes
await sql(`CREATE TABLE around AS SELECT id_l AS a, id_r AS b FROM edges UNION ALL SELECT id_r, id_l FROM edges`);
await sql(`CREATE TABLE rep AS SELECT a AS id, least(a, min(b)) AS rep FROM around GROUP BY a`);
for (let changed = 1, turn = 0; changed && turn < 100; turn++) {
  await sql(`CREATE OR REPLACE TABLE next AS SELECT r.id, least(r.rep, n.rep) AS rep, n.rep < r.rep AS changed
             FROM rep r JOIN (SELECT a AS id, min(x.rep) AS rep FROM around JOIN rep x ON x.id = b GROUP BY a) n
             USING (id)`);
  changed = await one('SELECT count(*) FROM next WHERE changed');
  await sql('CREATE OR REPLACE TABLE rep AS SELECT id, rep FROM next');
}
const clusters = await one(`SELECT count(DISTINCT coalesce(rep, id)) FROM people LEFT JOIN rep USING (id)`);
step('cluster');

const total = cpu();
console.log(JSON.stringify({rules: which, records, pairs, clusters, training_pairs: training, seconds: steps,
  cpu_seconds: Math.round(total * 100) / 100, cpu_seconds_without_load: Math.round((total - steps.load) * 100) / 100,
  peak_rss_bytes: process.resourceUsage().maxRSS * 1024, threads: Number(threads),
  duckdb: (await rows('SELECT version() AS v'))[0].v}));
