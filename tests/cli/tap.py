"""What the command-line tests share: TAP output and running the binary. Standard library only."""
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ["THROUGHLINE_SOURCE"]
BINARY = os.environ["THROUGHLINE"]
SHARED = os.environ.get("THROUGHLINE_SHARED", os.path.join(SOURCE, "..", "shared"))
_count = 0
_failed = 0


def ok(condition, name, why=""):
    """One TAP line; `why` is shown when it fails."""
    global _count, _failed
    _count += 1
    if condition:
        print(f"ok {_count} - {name}", flush=True)
    else:
        _failed += 1
        print(f"not ok {_count} - {name}", flush=True)
        for line in str(why).splitlines():
            print(f"# {line}", flush=True)
    return bool(condition)


def equal(got, wanted, name):
    return ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")


def close(got, wanted, tolerance, name):
    """Relative agreement; equal infinities and None agree."""
    same = got == wanted or (
        isinstance(got, (int, float))
        and isinstance(wanted, (int, float))
        and abs(got - wanted) <= tolerance * max(1e-300, abs(wanted))
    )
    return ok(same, name, f"got    {got!r}\nwanted {wanted!r} within {tolerance}")


def skip(name, why):
    global _count
    _count += 1
    print(f"ok {_count} - {name} # SKIP {why}", flush=True)


def shared(path):
    """A file of ../shared, or None in a stranger's clone (then skip)."""
    full = os.path.join(SHARED, path)
    return full if os.path.exists(full) else None


def run(*args, stdin=None, cwd=None, timeout=600, env=None):
    """Runs throughline; the result has returncode, stdout, stderr (text)."""
    return subprocess.run(
        [BINARY, *map(str, args)],
        input=stdin,
        capture_output=True,
        text=not isinstance(stdin, bytes),
        cwd=cwd,
        timeout=timeout,
        env={**os.environ, **env} if env else None,
    )


def run_json(*args, **kwargs):
    """Runs with --json and returns the document; an error ends the test program."""
    r = run(*args, "--json", **kwargs)
    if r.returncode != 0:
        print(f"Bail out! {' '.join(map(str, args))}: {r.stderr}")
        sys.exit(1)
    return json.loads(r.stdout)


def refused(result, *words, name, code=1):
    """The command failed as bad input should: exit code, a message with all the words, no crash."""
    text = result.stderr if isinstance(result.stderr, str) else result.stderr.decode()
    return ok(
        result.returncode == code and all(w.lower() in text.lower() for w in words),
        name,
        f"exit {result.returncode}, wanted {code} and {words}\n{text}",
    )


def temp_dir():
    return tempfile.TemporaryDirectory(prefix="throughline-test-")


def done():
    print(f"1..{_count}", flush=True)
    sys.exit(1 if _failed else 0)
