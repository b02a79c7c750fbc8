#!/usr/bin/env python3
"""Every command explains itself, and its example works as printed."""
import os
import re
import shutil
import subprocess

from tap import BINARY, SOURCE, done, equal, ok, refused, run, temp_dir

listing = run("--help")
equal(listing.returncode, 0, "--help exits 0")
commands = re.findall(r"^  ([a-z][a-z -]*?)  +\S", listing.stdout, re.M)
ok(len(commands) >= 2, "commands are listed", listing.stdout)
refused(run(), "Usage", name="no arguments: usage", code=2)
refused(run("no-such"), "there is no command", name="unknown command", code=2)

for family in sorted({c.split()[0] for c in commands if " " in c} - set(commands)):
    wanted = [c for c in commands if c.startswith(family + " ")]
    r = run(family, "--help")
    equal(r.returncode, 0, f"{family} --help")
    equal(re.findall(r"^  ([a-z][a-z -]*?)  +\S", r.stdout, re.M), wanted, f"{family} --help lists its commands")
    equal(run("help", family).stdout, r.stdout, f"help {family} says the same")
    refused(run(family), *wanted[:1], name=f"{family} alone: names its commands", code=2)
equal(run("help", "study", "protect").stdout, run("study", "protect", "--help").stdout, "help COMMAND is COMMAND --help")
ok("link prepare" in run("link", "--help").stdout, "link --help points at link prepare")
refused(run("help", "nothing"), "there is no command", name="help of an unknown command", code=2)
refused(run("help", "study", "nothing"), "there is no command", name="help of an unknown command of a family", code=2)
refused(run("nothing", "--help"), "there is no command", name="an unknown command's --help", code=2)

for command in commands:
    words = command.split()
    text = run(*words, "--help")
    ok(text.returncode == 0 and "Usage: throughline " + command in text.stdout,
       f"{command} --help", text.stderr)
    refused(run(*words, "--no-such-option"), "no option", name=f"{command}: unknown option", code=2)
    above, example = text.stdout.split("\nExample:\n", 1)
    equal([line for line in above.splitlines() if len(line) > 100], [], f"{command} --help: no line over 100 columns")
    script = "\n".join(line[2:] for line in example.splitlines())
    with temp_dir() as d:
        shutil.copytree(os.path.join(SOURCE, "tests/data/examples"), d, dirs_exist_ok=True)
        bin_dir = os.path.join(d, ".bin")
        os.mkdir(bin_dir)
        os.symlink(BINARY, os.path.join(bin_dir, "throughline"))
        env = {**os.environ, "PATH": bin_dir + ":" + os.environ["PATH"]}
        r = subprocess.run(["sh", "-e", "-c", script], cwd=d, env=env, capture_output=True,
                           text=True, timeout=300)
        ok(r.returncode == 0, f"{command}: its example runs", script + "\n" + r.stderr[-2000:])

man = run("help", "--man").stdout
ok(all(f".SS throughline {c}" in man for c in commands), "the man page has every command")
completion = run("help", "--completion")
r = subprocess.run(["bash", "-n"], input=completion.stdout, text=True, capture_output=True)
equal(r.returncode, 0, "the completion is valid bash")
done()
