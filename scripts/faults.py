#!/usr/bin/env python3
"""Does the program keep what it has when the machine fails it? Faults that tests inside the program cannot make.

Kills builds at random moments; runs on a disk that is full, on one that cannot be written, and with a clock that jumps. Disks need the
right to mount a file system of this process's own (Linux, root); the clock needs `libfaketime`. What cannot be had here is named and left out.
One line a check, then `N passed, N failed`. Exit code: 0 all passed, 1 a check failed, 2 the program is missing.
"""
import sys

if sys.version_info < (3, 11):
    print("faults: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import contextlib
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = TARGET / "release" / ("cw-orchestrator.exe" if os.name == "nt" else "cw-orchestrator")
REQUEST = "retrieve all unresolved service requests flagged with critical severity"
LONGEST_S = 120
SMALL_DISKS = [.006, .1, .4, .8]  # of what an index takes: each ends the build at another file


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, name, right, seen=""):
        print(f"{'ok' if right else 'FAILED':7} {name}", flush=True)
        self.passed += bool(right)
        self.failed += not right
        if not right:
            print(f"        {str(seen)[-2000:]}", flush=True)


def run(home, *arguments, **environment):
    return subprocess.run([PROGRAM, "--home", home, "--models", ROOT / "models", *arguments],
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", errors="replace", timeout=LONGEST_S)


def hits(home, **environment):
    done = run(home, "search", REQUEST, "--no-build", "--json", **environment)
    if done.returncode:
        return done.stderr
    answer = json.loads(done.stdout)
    return answer["reduced"] or [(hit["method"], hit["path"]) for hit in answer["hits"]]


def size(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def kills(checks, folder, rounds, seed):
    """Builds that are killed: what was published answers each time, and what they leave does not grow."""
    home = folder / "killed"
    run(home, "index", "build")
    wanted, once = hits(home), size(home)
    began = time.monotonic()
    run(home, "index", "build", "--no-reuse")
    whole = time.monotonic() - began
    chance = random.Random(seed)
    wrong, published, largest = [], set(), 0
    for at in range(rounds):
        build = subprocess.Popen([PROGRAM, "--home", home, "--models", ROOT / "models", "index", "build", "--no-reuse", "-q"],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # Every fourth round near the end, where files are hashed, renamed and named.
        moment = chance.uniform(0, whole) if at % 4 else chance.uniform(.9 * whole, 1.1 * whole)
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(moment)
        build.send_signal(signal.SIGKILL)
        build.wait()
        found = hits(home)
        if found != wanted:
            wrong.append((at, moment, found))
        published.add((home / "index/CURRENT").read_text())
        largest = max(largest, size(home))
    checks.that(f"{rounds} builds killed at random moments of {whole:.1f} s (seed {seed}): the published index answers each time",
                not wrong, wrong)
    # The published one, and one that a build was filling.
    checks.that(f"what they leave does not grow: {largest / once:.2f} times one index at most", largest < 2.2 * once)
    print(f"        {len(published)} published indexes were seen in these rounds")
    before = (home / "index/CURRENT").read_text()
    done = run(home, "index", "build", "--no-reuse")
    left = [path.name for path in (home / "index/generations").iterdir()]
    checks.that("the next build is published and tidies up", done.returncode == 0 and len(left) == 1 and left != [before],
                (done.stderr, left))
    checks.that("and is sound", run(home, "index", "verify").returncode == 0)


@contextlib.contextmanager
def disk(folder, kilobytes):
    """A file system of so many kilobytes; `None` where this process may not mount one."""
    folder.mkdir()
    mounted = os.name == "posix" and shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], capture_output=True).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=False)


def full_disk(checks, folder, index):
    for share in SMALL_DISKS:
        kilobytes = int(size(index) * share / 1024)
        with disk(folder / f"disk-{kilobytes}", kilobytes) as home:
            if home is None:
                print("left out: a full disk (no right to mount a file system)")
                return
            done = run(home, "index", "build")
            left = [path.name for path in home.rglob("*") if path.is_file()]
            checks.that(f"a build on a disk of {kilobytes} kB fails, says that there is no space, and leaves nothing half",
                        done.returncode == 2 and "No space left" in done.stderr and "panicked" not in done.stderr
                        and not any("generations" in str(path.relative_to(home)) for path in home.rglob("*.*")),
                        (done.stderr, left))
    with disk(folder / "disk", 64_000) as home:
        shutil.copytree(index, home, dirs_exist_ok=True)
        wanted = hits(home)
        keep = ("memory", "save", "GET", "/service/tickets", "--description")
        first = run(home, *keep, "Open tickets", "--param", "conditions=closedFlag=false")
        filler = home / "filler"
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 65_536)
        with contextlib.suppress(OSError), open(home / "filler-2", "wb", buffering=0) as file:
            while True:
                file.write(b"x")
        checks.that("search goes on when the disk has become full", hits(home) == wanted, hits(home))
        again = run(home, "index", "build", "--no-reuse")
        checks.that("a rebuild there fails and the former index answers",
                    again.returncode == 2 and "No space left" in again.stderr and hits(home) == wanted, again.stderr)
        refused = run(home, *keep, "Tickets of one company " + "x" * 20_000, "--param", "conditions=company/id=1")
        checks.that("a save there fails and says so", refused.returncode == 2 and "panicked" not in refused.stderr
                    and refused.stderr.strip(), (refused.stdout, refused.stderr))
        held = run(home, "call", "POST", "/service/tickets", "--yes", "--data",
                   '{"summary":"x","board":{"id":1},"company":{"id":2}}', CONNECTWISE_API_URL="http://127.0.0.1:9/v4_6_release/apis/3.0",
                   CONNECTWISE_COMPANY_ID="c", CONNECTWISE_PUBLIC_KEY="p", CONNECTWISE_PRIVATE_KEY="k")
        checks.that("a write that cannot be recorded is not sent", held.returncode != 0 and "panicked" not in held.stderr,
                    held.stderr)
        filler.unlink()
        (home / "filler-2").unlink()
        listed = run(home, "memory", "list", "--json")
        checks.that("once there is space again, memory has what was acknowledged", first.returncode == 0
                    and [entry["description"] for entry in json.loads(listed.stdout)["entries"]] == ["Open tickets"],
                    (first.stderr, listed.stdout, listed.stderr))


def read_only_disk(checks, folder, index):
    with disk(folder / "fixed", 64_000) as home:
        if home is None:
            print("left out: a disk that cannot be written (no right to mount a file system)")
            return
        shutil.copytree(index, home, dirs_exist_ok=True)
        wanted = hits(home)
        run(home, "memory", "save", "GET", "/service/tickets", "--description", "Open tickets",
            "--param", "conditions=closedFlag=false")
        subprocess.run(["mount", "-o", "remount,ro", home], check=True)
        checks.that("search answers from a disk that cannot be written", hits(home) == wanted, hits(home))
        listed = run(home, "memory", "list", "--json")
        checks.that("memory is read from it", listed.returncode == 0 and len(json.loads(listed.stdout)["entries"]) == 1,
                    listed.stderr)
        for name, *arguments in [
            ("a build", "index", "build", "--no-reuse"),
            ("a save", "memory", "save", "GET", "/company/companies", "--description", "Companies", "--param", "pageSize=5"),
            ("a flush", "memory", "flush", "--yes"),
        ]:
            done = run(home, *arguments)
            checks.that(f"{name} on it fails and says why", done.returncode == 2 and "panicked" not in done.stderr
                        and ("Read-only" in done.stderr or "cannot be written" in done.stderr),
                        done.stderr or done.stdout)
        checks.that("and nothing is changed", hits(home) == wanted)


def jumping_clock(checks, folder, index):
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not found:
        print("left out: a clock that jumps (no libfaketime)")
        return
    home = folder / "clock"
    shutil.copytree(index, home)
    wanted = hits(home)

    def at(moment):
        # The clock that measures durations goes on as it does.
        return {"LD_PRELOAD": found[0], "FAKETIME": moment, "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    for moment in ["@2001-01-01 00:00:00", "@2099-01-01 00:00:00", "@1970-01-01 00:00:01"]:
        done = run(home, "index", "build", "--no-reuse", **at(moment))
        checks.that(f"a build while it is {moment[1:]} is published and answers", done.returncode == 0
                    and hits(home) == wanted and len(list((home / "index/generations").iterdir())) == 1, done.stderr)
        saved = run(home, "memory", "save", "GET", "/service/tickets", "--description", f"Tickets {moment}",
                    "--param", f"pageSize={len(moment) + ord(moment[1])}", **at(moment))
        checks.that(f"a call is kept while it is {moment[1:]}", saved.returncode == 0, saved.stderr)
        listed = run(home, "memory", "list", "--json", **at("@1999-01-01 00:00:00"))
        checks.that("and listed with a clock that went back", listed.returncode == 0 and moment in listed.stdout, listed.stderr)
    checks.that("search with a clock that went back", hits(home, **at("@1999-01-01 00:00:00")) == wanted)


def main():
    parser = argparse.ArgumentParser(prog="faults", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="builds that are killed [default: %(default)s]")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which they are [default: %(default)s]")
    arguments = parser.parse_args()
    if not PROGRAM.exists():
        print(f"faults: {PROGRAM} is missing; build it with `cargo build --release`", file=sys.stderr)
        return 2
    os.environ.pop("CW_ORCHESTRATOR_HOME", None)
    checks = Checks()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = folder / "index"
        built = run(index, "index", "build")
        checks.that("an index is built", built.returncode == 0, built.stderr)
        full_disk(checks, folder, index)
        read_only_disk(checks, folder, index)
        jumping_clock(checks, folder, index)
        kills(checks, folder, arguments.kills, arguments.seed)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("faults: interrupted", file=sys.stderr) or 1)
