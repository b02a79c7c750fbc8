"""The engines that link compile's SQL is proved on: PostgreSQL as a private cluster on a Unix socket, and
DuckDB as ./run test installs it from npm. Each is None where it is not available, with the reason why."""
import csv
import glob
import itertools
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile

from tap import SOURCE

DUCKDB = os.path.join(SOURCE, "build/sql")
RUN_DUCKDB = """
import { DuckDBInstance } from '@duckdb/node-api';
import fs from 'fs';
const [script, out] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const c = await instance.connect();
try {
    await c.run(fs.readFileSync(script, 'utf8'));
    await c.run(`COPY (SELECT * FROM throughline_pairs ORDER BY id_a, id_b) TO '${out}' (HEADER)`);
} catch (e) {
    console.error(e.message);
    process.exit(1);
}
"""


def _server_binaries():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"),
                   key=lambda p: int(p.split("/")[4].split(".")[0]))
    return os.path.dirname(found[-1]) if found else None


def _plain_user():
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}
        except KeyError:
            pass
    return None


class Postgres:
    """name, run(script) -> (rows with header, None) or (None, message); close()."""
    name = "PostgreSQL"
    dialect = "postgres"

    def __init__(self, binaries, user):
        self.binaries, self.user = binaries, user
        self.dir = tempfile.mkdtemp(prefix="tl-pg-")
        os.chmod(self.dir, 0o755)
        data = os.path.join(self.dir, "data")
        os.mkdir(data, 0o700)
        if user:
            os.chown(data, pwd.getpwnam(user["user"]).pw_uid, user["group"])
            os.chown(self.dir, pwd.getpwnam(user["user"]).pw_uid, user["group"])
        self._as_user("initdb", "-D", data, "-A", "trust", "-U", "tests", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")
        settings = (f"-c listen_addresses='' -c unix_socket_directories='{self.dir}' -c fsync=off "
                    "-c full_page_writes=off -c jit=off")
        self._as_user("pg_ctl", "-D", data, "-w", "-l", os.path.join(self.dir, "log"), "-o", settings, "start")

    def _as_user(self, program, *args):
        subprocess.run([os.path.join(self.binaries, program), *args], check=True, cwd=self.dir,
                       capture_output=True, timeout=120, **self.user)

    def _psql(self, *args):
        return subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.dir, "-U", "tests",
                               "-d", "postgres", *args], capture_output=True, text=True, timeout=600)

    def run(self, script):
        r = self._psql("-o", "/dev/null", "-f", script)
        if r.returncode != 0:
            return None, r.stderr
        r = self._psql("-c", "\\copy (SELECT * FROM throughline_pairs ORDER BY id_a COLLATE \"C\", "
                             "id_b COLLATE \"C\") TO STDOUT WITH (FORMAT csv, HEADER)")
        return list(csv.reader(r.stdout.splitlines(keepends=True))), None

    def close(self):
        try:
            self._as_user("pg_ctl", "-D", os.path.join(self.dir, "data"), "-m", "immediate", "stop")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)


class DuckDB:
    name = "DuckDB"
    dialect = "duckdb"

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="tl-duck-")
        # an import is looked for beside the program
        self.program = os.path.join(DUCKDB, f"run-{os.getpid()}.mjs")
        with open(self.program, "w") as f:
            f.write(RUN_DUCKDB)

    def run(self, script):
        out = os.path.join(self.dir, "pairs.csv")
        r = subprocess.run(["node", self.program, script, out], capture_output=True, text=True, timeout=600)
        if r.returncode != 0:
            return None, r.stderr
        with open(out, newline="", encoding="utf-8") as f:
            return list(csv.reader(f)), None

    def close(self):
        os.unlink(self.program)
        shutil.rmtree(self.dir, ignore_errors=True)


def postgres():
    """(engine, None) or (None, why not)."""
    binaries, user = _server_binaries(), _plain_user()
    if not binaries or not shutil.which("psql"):
        return None, "PostgreSQL is not installed (postgresql-15)"
    if user is None:
        return None, "there is no user that PostgreSQL may run as"
    try:
        return Postgres(binaries, user), None
    except (subprocess.SubprocessError, OSError) as e:
        return None, f"PostgreSQL cannot be started here: {str(e)[:200]}"


def no_duckdb():
    """Why DuckDB cannot be run, or None."""
    if not shutil.which("node"):
        return "node is not installed"
    if not os.path.isdir(os.path.join(DUCKDB, "node_modules/@duckdb/node-api")):
        return "DuckDB is not there (npm could not install it; see ./run test)"
    return None


def duckdb():
    why = no_duckdb()
    return (None, why) if why else (DuckDB(), None)


# ---- Spark, which is not run ----

PARSE_SPARK = """
import { register } from 'node:module';
import fs from 'fs';
// the package imports folders and files without their endings, as bundlers allow
register('data:text/javascript,' + encodeURIComponent(`export async function resolve(name, context, next) {
    for (const end of ['', '.js'])
        try { return await next(name + end, context); } catch (e) { /* the next ending */ }
    return next(name + '/index.js', context);
}`));
const { SparkSQL } = await import('dt-sql-parser');
const text = fs.readFileSync(process.argv[2], 'utf8').replace(/^--.*$/mg, '');
const errors = [];
let parsed = 0;
for (const statement of text.split(/;\\n/).filter(s => s.trim() && s.length <= 8000)) {
    parsed++;
    errors.push(...new SparkSQL().validate(statement).map(e => e.message));
}
console.log(JSON.stringify({ parsed, errors }));
"""


def spark_grammar(script):
    """(statements parsed, what a parser of Spark's grammar says against them); None when it is not there. It
    takes minutes over the longest statements, which are left out."""
    if not shutil.which("node") or not os.path.isdir(os.path.join(DUCKDB, "node_modules/dt-sql-parser")):
        return None
    program = os.path.join(DUCKDB, f"parse-{os.getpid()}.mjs")
    with open(program, "w") as f:
        f.write(PARSE_SPARK)
    try:
        r = subprocess.run(["node", program, script], capture_output=True, text=True, timeout=300)
        if r.returncode != 0:
            return 0, [r.stderr]
        answer = json.loads(r.stdout)
        return answer["parsed"], answer["errors"]
    finally:
        os.unlink(program)


def _arguments(text, at):
    """The arguments of a call whose bracket opens at `at`, and where it ends."""
    depth, begin, out, quote = 0, at + 1, [], False
    for i in range(at, len(text)):
        c = text[i]
        if c == "'":
            quote = not quote
        elif quote:
            continue
        elif c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
            if depth == 0:
                return out + [text[begin:i].strip()], i + 1
        elif c == "," and depth == 1:
            out.append(text[begin:i].strip())
            begin = i + 1
    raise ValueError("a call without an end")


def _lambda(text):
    """x -> body as lambda x: body"""
    head, body = text.split("->", 1)
    return f"lambda {head.strip().strip('()')}: {body.strip()}"


_numbers = itertools.count()


def _reduce(a):
    """The state is the first element of the list. As an initial value of its own DuckDB (issue 25816) reads what
    the lambda captures from other rows where lists differ in length. Numbers go through text, the state's type."""
    if not a[0].startswith("generate_series"):
        return f"list_reduce([{a[1]}] || {a[0]}, {_lambda(a[2])})"
    state, element = re.match(r"\((\w+), (\w+)\)", a[2]).groups()
    body, z = a[2].split("->", 1)[1], f"z{next(_numbers)}"
    return (f"list_reduce([{a[1]}] || list_transform({a[0]}, lambda {z}: CAST({z} AS VARCHAR)), "
            f"lambda {state}, {z}: list_transform([CAST({z} AS INTEGER)], lambda {element}: {body})[1])")


_CALLS = {
    "aggregate": _reduce,
    "transform": lambda a: f"list_transform({a[0]}, {_lambda(a[1])})",
    "filter": lambda a: f"list_filter({a[0]}, {_lambda(a[1])})",
    "exists": lambda a: f"(len(list_filter({a[0]}, {_lambda(a[1])})) > 0)",
    "sequence": lambda a: f"generate_series({a[0]}, {a[1]}, if({a[1]} < {a[0]}, -1, 1))",
    "array": lambda a: f"[{', '.join(x for x in a if x)}]",
    "get": lambda a: f"({a[0]})[{a[1]} + 1]",
    "element_at": lambda a: f"({a[0]})[{a[1]}]",
    "slice": lambda a: f"({a[0]})[{a[1]}:{a[2]}]",
    "concat_ws": lambda a: f"array_to_string({a[1]}, {a[0]})" if len(a) == 2 else f"concat_WS({', '.join(a)})",
    "concat": lambda a: f"({' || '.join(a)})",
    "size": lambda a: f"len({a[0]})",
    "split": lambda a: f"string_split({a[0]}, {a[1]})",
    "array_contains": lambda a: f"list_contains({a[0]}, {a[1]})",
    "raise_error": lambda a: f"error({a[0]})",
}
_CALL = re.compile(r"\b(" + "|".join(_CALLS) + r")\(")


def _rename(text):
    """From the left, inner calls within the arguments."""
    out, at = [], 0
    while True:
        m = _CALL.search(text, at)
        if not m:
            return "".join(out) + text[at:]
        arguments, end = _arguments(text, m.end() - 1)
        out.append(text[at:m.start()] + _CALLS[m.group(1)]([_rename(a) for a in arguments]))
        at = end


def spark_as_duckdb(text, prepared):
    """A script for Spark in DuckDB's words. `prepared` is loaded as the view reads it."""
    name = lambda m: '"' + m.group(1).replace("``", "`").replace('"', '""') + '"' if m.group(1) else ""
    text = re.sub(r"`((?:[^`]|``)*)`|^--.*$", name, text, flags=re.M)
    text = re.sub(r"CREATE OR REPLACE TEMPORARY VIEW throughline_people \((.*?)\)\nUSING csv OPTIONS.*?\);\n",
                  lambda m: f"CREATE TABLE throughline_people ({m.group(1)});\nINSERT INTO throughline_people BY NAME "
                            f"SELECT * FROM read_csv('{prepared}', header = true, all_varchar = true, quote = '\"', "
                            "escape = '\"', delim = ',', max_line_size = 16777216);\n", text, flags=re.S)
    text = text.replace(" USING parquet", "").replace("ARRAY<BIGINT>", "BIGINT[]")
    text = re.sub(r"\bSTRING\b", "VARCHAR", re.sub(r"\bdiv\b", "//", text))
    unescaped = lambda m: "''" if m.group(1) == "0027" else chr(int(m.group(1), 16))
    return re.sub(r"\\u([0-9a-f]{4})", unescaped, _rename(text))
