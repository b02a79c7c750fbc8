#!/usr/bin/env python3
"""A register from the command line: keys, audit log, copies, users, trouble, and kill -9."""
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import time

from tap import BINARY, done, equal, ok, refused, run, run_json, skip, temp_dir

SANITIZED = bool(os.environ.get("THROUGHLINE_SANITIZED"))


def make(d, name="register"):
    path = os.path.join(d, name)
    r = run("init", path)
    if r.returncode != 0:
        print("Bail out! init: " + r.stderr)
        raise SystemExit(1)
    return path


def master(store):
    return os.path.join(store, "keys", "master.key")


# ---- init ----
with temp_dir() as d:
    r = run("init", os.path.join(d, "r"))
    equal(r.returncode, 0, "init")
    code = [w for w in r.stdout.split() if w.count("-") == 3 and len(w) == 23]
    equal(len(code), 1, "the one-time code is said once")
    for path, _, files in os.walk(os.path.join(d, "r")):
        ok(stat.S_IMODE(os.stat(path).st_mode) == 0o700, f"private directory {os.path.basename(path)}")
        for f in files:
            full = os.path.join(path, f)
            ok(stat.S_IMODE(os.stat(full).st_mode) == 0o600, f"private file {f}")
            ok(code[0].encode() not in open(full, "rb").read(), f"the code is not kept in {f}")
    refused(run("init", os.path.join(d, "r")), "not an empty directory", name="init twice")
    doc = run_json("init", os.path.join(d, "j"), "--admin", "ana")
    equal(doc["administrator"], "ana", "init --json")
    refused(run("init", os.path.join(d, "x"), "--admin", "Not A Name"), "user name",
            name="a bad name of the administrator")

# ---- the audit log ----


def entry_hash(n):
    """The format of docs/ops/audit.md, written again from the document."""
    parts = ["throughline-audit-1", str(n["sequence"])] + [
        n[k] for k in ("at", "actor", "role", "purpose", "organisation", "subject", "action",
                       "outcome", "content", "previous")]
    text = b"".join(b"%d:%s," % (len(p.encode()), p.encode()) for p in parts)
    return hashlib.sha256(b"\0" + text).hexdigest()


def merkle_root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + merkle_root(leaves[:k]) + merkle_root(leaves[k:])).digest()


with temp_dir() as d:
    store = make(d)
    head, log = os.path.join(d, "head.json"), os.path.join(d, "log.jsonl")
    for i in range(5):
        run("user", "add", f"u{i}", "--role", "analyst", "--store", store)
    r = run("verify-log", "--store", store, "--write-head", head)
    ok(r.returncode == 0 and r.stdout.startswith("intact"), "verify-log: intact", r.stderr)
    run("user", "add", "later", "--role", "analyst", "--store", store)
    run("verify-log", "--store", store, "--export", log)
    lines = open(log).read().splitlines()
    entries = [json.loads(x) for x in lines]
    ok(all(entry_hash(n) == n["hash"] for n in entries), "an independent program agrees on every hash")
    signed = json.load(open(head))
    root = merkle_root([bytes.fromhex(n["hash"]) for n in entries[:signed["size"]]])
    equal(root.hex(), signed["root"], "an independent program agrees on the root")
    doc = run_json("verify-log", "--log", log, "--head", head)
    equal((doc["verdict"], doc["entries"], doc["head_compared"]), ("intact", len(lines), True),
          "the exported log is intact without the register")

    def altered(text, *words, name, with_head=True):
        path = os.path.join(d, "altered.jsonl")
        open(path, "w").write(text)
        extra = ["--head", head] if with_head else []
        refused(run("verify-log", "--log", path, *extra), *words, name=name)

    for i, n in enumerate(entries):
        for key in ("at", "actor", "outcome", "previous", "content", "hash"):
            changed = dict(n)
            changed[key] = ("f" if changed[key][:1] != "f" else "e") + changed[key][1:]
            if i in (0, 3, len(entries) - 1):
                altered("\n".join(lines[:i] + [json.dumps(changed)] + lines[i + 1:]) + "\n",
                        f"broken at entry {i + 1}", name=f"entry {i + 1}, {key} changed",
                        with_head=False)
    altered("\n".join(lines[:2] + lines[3:]) + "\n", "broken at entry 3", name="an entry taken out")
    altered("\n".join([lines[1], lines[0]] + lines[2:]) + "\n", "broken at entry 1",
            name="two entries exchanged")
    altered("\n".join(lines[:signed["size"] - 1]) + "\n", "cut short", name="the end cut off")
    altered("\n".join(lines[:4]) + "\n" + lines[4][:40], "broken at entry 5", name="half an entry")
    rebuilt, last = [], "0" * 64
    for n in entries:
        n = dict(n, previous=last, actor="somebody else")
        n["hash"] = last = entry_hash(n)
        rebuilt.append(json.dumps(n))
    path = os.path.join(d, "rebuilt.jsonl")
    open(path, "w").write("\n".join(rebuilt) + "\n")
    equal(run("verify-log", "--log", path).returncode, 0, "a log rebuilt as a whole looks whole")
    refused(run("verify-log", "--log", path, "--head", head), "broken", name="but not beside the head")
    forged = dict(signed, size=signed["size"] - 1)
    json.dump(forged, open(os.path.join(d, "forged.json"), "w"))
    refused(run("verify-log", "--log", log, "--head", os.path.join(d, "forged.json")), "signature",
            name="a forged head")

    proof = os.path.join(d, "proof.json")
    equal(run("verify-log", "--store", store, "--prove", "4", "--out", proof).returncode, 0, "a proof")
    r = run("verify-log", "--check-proof", proof)
    ok(r.returncode == 0 and "entry 4" in r.stdout, "the proof holds", r.stderr)
    text = open(proof).read()
    ok("u4" not in text and "u0" not in text or text.count("user u") <= 1, "it shows one entry only")
    doc = json.loads(text)
    doc["entry"]["outcome"] = "administrator"
    json.dump(doc, open(proof, "w"))
    refused(run("verify-log", "--check-proof", proof), "does not hold", name="a forged proof")
    refused(run("verify-log", "--store", store, "--prove", "9999"), "no entry", name="no such entry")
    kept = ("--head", head)
    equal(run("verify-log", "--store", store, "--prove", "4", *kept, "--out", proof).returncode, 0,
          "a proof for a head that is kept elsewhere, though the log went on")
    equal(json.load(open(proof))["head"], signed, "it is for that head")
    equal(run("verify-log", "--check-proof", proof, *kept).returncode, 0, "and holds beside it")
    refused(run("verify-log", "--store", store, "--prove", str(signed["size"] + 1), *kept), "no entry",
            name="an entry that came after that head")
    refused(run("verify-log"), "one of", name="verify-log of nothing", code=2)

    # Tampering inside the database, by someone who has the file.
    copy = os.path.join(d, "tampered")
    shutil.copytree(store, copy)
    db = sqlite3.connect(os.path.join(copy, "store.db"))
    db.execute("UPDATE audit SET subject = 'user nobody' WHERE sequence = 3")
    db.commit()
    db.close()
    refused(run("verify-log", "--store", copy), "broken at entry 3", name="an entry changed in place")
    refused(run("doctor", "--store", copy), "bad", name="doctor sees it too")
    copy = os.path.join(d, "cut")
    shutil.copytree(store, copy)
    db = sqlite3.connect(os.path.join(copy, "store.db"))
    db.execute("DELETE FROM audit WHERE sequence > 6")
    db.commit()
    db.close()
    refused(run("verify-log", "--store", copy, "--head", head), "cut short", name="entries deleted")
    other = make(d, "other")
    refused(run("verify-log", "--store", other, "--head", head), "another register",
            name="a head of another register")

# ---- keys ----
with temp_dir() as d:
    store, other = make(d), make(d, "other")
    doc = run_json("key", "status", "--store", store)
    equal(doc["unlock"], "key file", "key status")
    raw = open(master(store)).read()
    ok(all(len(k.get("wrapped", "")) == 0 for k in doc["keys"]) and
       raw.split()[-1] not in json.dumps(doc), "key status shows no key")
    refused(run("doctor", "--store", store, "--key-file", master(other)), "another register",
            name="the key of another register")
    kept = raw
    digits = raw.split()[-1]
    open(master(store), "w").write(raw.replace(digits, digits[::-1]))
    refused(run("doctor", "--store", store), "wrong key", name="a wrong key")
    open(master(store), "w").write("nonsense")
    refused(run("doctor", "--store", store), "not a key file", name="not a key file")
    os.remove(master(store))
    refused(run("doctor", "--store", store), "key file", name="no key file")
    moved = os.path.join(d, "elsewhere.key")
    open(moved, "w").write(kept)
    equal(run("doctor", "--store", store, "--key-file", moved).returncode, 0, "a key kept elsewhere")
    equal(run("doctor", "--store", store, env={"THROUGHLINE_KEY_FILE": moved}).returncode, 0,
          "a key named by the environment")
    grant = os.path.join(d, "s4.key")
    equal(run("key", "grant", "--store", store, "--key-file", moved, "--classes", "S4", "--out",
              grant).returncode, 0, "key grant")
    equal(stat.S_IMODE(os.stat(grant).st_mode), 0o600, "a grant is private")
    refused(run("key", "rotate", "--store", store, "--key-file", grant), "does not cover",
            name="a grant for S4 does not rotate")
    refused(run("key", "grant", "--store", store, "--classes", "S9", "--out", grant), "S9",
            name="no such class", code=2)
    equal(run("key", "rotate", "--store", store, "--key-file", moved).returncode, 0, "key rotate")
    secret = {"THROUGHLINE_NEW_PASSPHRASE": "five words that nobody knows",
              "THROUGHLINE_PASSPHRASE": "five words that nobody knows"}
    r = run("key", "rotate", "--master", "--passphrase", "--store", store, "--key-file", moved,
            env=secret)
    equal(r.returncode, 0, "a passphrase instead of a key file")
    ok(not os.path.exists(master(store)), "the key file is gone")
    equal(run("doctor", "--store", store, env=secret).returncode, 0, "the passphrase opens it")
    refused(run("doctor", "--store", store, env={"THROUGHLINE_PASSPHRASE": "something else"}),
            "wrong key", name="a wrong passphrase")
    refused(run("doctor", "--store", store, "--key-file", moved), "wrong key", name="the old key")
    refused(run("init", os.path.join(d, "p"), "--passphrase",
                env={"THROUGHLINE_NEW_PASSPHRASE": "short"}), "shorter", name="a short passphrase")

# ---- users ----
with temp_dir() as d:
    store = make(d)
    doc = run_json("user", "add", "ana", "--role", "caseworker", "--organisation", "HAVEN", "--store",
                   store)
    equal(len(doc["one_time_code"]), 23, "user add")
    refused(run("user", "add", "ana", "--role", "analyst", "--store", store), "already", name="twice")
    refused(run("user", "add", "bo", "--role", "king", "--store", store), "role", name="no such role",
            code=2)
    equal(run("user", "disable", "ana", "--store", store).returncode, 0, "user disable")
    refused(run("user", "disable", "admin", "--store", store), "last administrator",
            name="not the last administrator")
    refused(run("user", "reset", "nobody", "--store", store), "no user", name="no such user")
    states = {u["name"]: u["state"] for u in run_json("user", "list", "--store", store)}
    equal(states, {"admin": "invited", "ana": "disabled"}, "user list")

# ---- trouble ----
with temp_dir() as d:
    store = make(d)
    refused(run("doctor", "--store", os.path.join(d, "nowhere")), "no register", name="no register")
    refused(run("restore", store, "--store", os.path.join(d, "z")), "not a backup", name="restore of no backup")
    db = os.path.join(store, "store.db")
    whole = open(db, "rb").read()
    for size, name in ((len(whole) // 2, "half a store"), (50, "fifty bytes"), (0, "an empty file")):
        open(db, "wb").write(whole[:size])
        refused(run("doctor", "--store", store), "cut short", name=name)
        equal(os.path.getsize(db), size, name + ": not touched")
    open(db, "wb").write(b"\0" * len(whole))
    refused(run("doctor", "--store", store), "damaged", name="zeros")
    open(db, "wb").write(whole)
    equal(run("doctor", "--store", store).returncode, 0, "the whole file again")
    ring = os.path.join(store, "keys", "S4.json")
    text = open(ring).read()
    open(ring, "w").write(text[:100])
    refused(run("doctor", "--store", store), "backup", name="a damaged key file")
    wrapped = json.loads(text)
    w = wrapped["keys"][0]["wrapped"]
    wrapped["keys"][0]["wrapped"] = w[:-1] + ("0" if w[-1] != "0" else "1")
    json.dump(wrapped, open(ring, "w"))
    refused(run("doctor", "--store", store), "altered", name="an altered key")
    open(ring, "w").write(text)
    backup = os.path.join(d, "copy")
    equal(run("backup", "--store", store, "--out", backup).returncode, 0, "backup")
    ok(not os.path.exists(master(backup)), "the master key is not in the copy")
    manifest = os.path.join(backup, "manifest.json")
    kept = open(manifest).read()
    open(manifest, "w").write(kept.replace('"size": ', '"size": 1'))
    refused(run("restore", backup, "--store", os.path.join(d, "n"), "--key-file", master(store)),
            name="an altered manifest")
    open(manifest, "w").write(kept)
    refused(run("restore", backup, "--store", os.path.join(d, "n")), "key", name="restore without key")
    refused(run("restore", backup, "--store", store, "--key-file", master(store)), "not an empty",
            name="restore over a register")
    ok(not os.path.exists(os.path.join(d, "n")), "nothing is left of it")
    equal(run("restore", backup, "--store", os.path.join(d, "n"), "--key-file",
              master(store)).returncode, 0, "restore")
    if os.geteuid() != 0:
        os.chmod(store, 0o500)
        refused(run("doctor", "--store", store), "read", name="a read-only directory")
        os.chmod(store, 0o700)
    else:
        skip("a read-only directory", "root may write everywhere")

# ---- kill -9 at any moment; the long run is tools/soak_kill.py ----
with temp_dir() as d:
    store = make(d)
    rng = random.Random(5)
    acknowledged = []
    for i in range(3 if SANITIZED else 8):
        name = f"k{i}"
        p = subprocess.Popen([BINARY, "user", "add", name, "--role", "analyst", "--store", store],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(rng.random() * 0.25)
        p.send_signal(signal.SIGKILL)
        out, _ = p.communicate()
        if b"one-time code" in out:
            acknowledged.append(name)
        p = subprocess.Popen([BINARY, "key", "rotate", "--store", store], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 0.1)
        p.send_signal(signal.SIGKILL)
        p.wait()
    r = run("verify-log", "--store", store)
    ok(r.returncode == 0, "killed: the log is intact", r.stderr)
    users = [u["name"] for u in run_json("user", "list", "--store", store)]
    ok(all(n in users for n in acknowledged), "killed: nothing acknowledged is lost")
    equal(run("key", "rotate", "--store", store).returncode, 0, "killed: rotation completes")
    equal(run("doctor", "--store", store).returncode, 0, "killed: doctor finds nothing bad")
done()
