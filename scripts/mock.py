#!/usr/bin/env python3
"""Calls every operation of the embedded manifest against a third-party mock of it, on loopback.

The mock is Prism, of a pinned version, installed into target/foreign once. It serves the embedded manifest and refuses
requests that the manifest does not allow. The calls are made by `cargo bench --bench operations`, which uses the library as
the product does; what it prints is passed on.

Then `N passed, N failed`. Exit code: 0 all passed, 1 an operation was refused, 2 the mock could not be set up.
"""
import sys

if sys.version_info < (3, 11):
    print("mock: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from foreign import ROOT, Checks, Failure, node_program, run, target_folder

PRISM = "@stoplight/prism-cli@5.14.2"
PRISM_SCRIPT = "@stoplight/prism-cli/dist/index.js"
BENCH = ["cargo", "bench", "--locked", "--bench", "operations"]
COMPILE_S, START_S, CALL_S = 3600, 120, 1800  # how long each may take
SUMMARY = re.compile(r"^\d+ operations called in \d+ s: (\d+) accepted, (\d+) excused, (\d+) refused$", re.M)
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
def prism(folder, manifest, log):
    """A running mock of a manifest; gives its URL."""
    command, environment = node_program(folder, PRISM, PRISM_SCRIPT)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # --errors: what is wrong with an answer is an error too, not a remark in a header.
    command += ["mock", "--errors", "--verboseLevel", "warn", "--host", "127.0.0.1", "--port", str(port), str(manifest)]
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
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def call_all(url, concurrency):
    """Runs the bench and returns how many calls were accepted and how many refused; it passes on what the bench says."""
    command = [*BENCH, "--", "--url", url, "--concurrency", str(concurrency)]
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8",
                              errors="replace", timeout=CALL_S)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"the calls took longer than {CALL_S} s") from error
    print(done.stdout, end="", flush=True)
    summary = SUMMARY.search(done.stdout)
    if summary is None:
        raise Failure(f"the bench ended with exit code {done.returncode} before it had called everything")
    return int(summary[1]), int(summary[3])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--concurrency", type=int, default=2, help="calls at a time (default: 2)")
    arguments = parser.parse_args()
    checks = Checks()
    try:
        folder = target_folder() / "foreign" / "prism"
        run([*BENCH, "--no-run"], COMPILE_S, cwd=ROOT)
        with tempfile.TemporaryDirectory() as scratch:
            manifest, log = Path(scratch) / "manifest.json", Path(scratch) / "prism.log"
            run([*BENCH, "--", "--write-manifest", str(manifest)], COMPILE_S, cwd=ROOT)
            with prism(folder, manifest, log) as url:
                checks.check("the mock answers what the manifest allows", lambda: status_of(url + RIGHT) == 200)
                checks.check("the mock refuses what it does not allow", lambda: status_of(url + WRONG) == 422)
                accepted, refused = call_all(url, arguments.concurrency)
    except Failure as failure:
        print(f"mock: {failure}", file=sys.stderr)
        return 2
    print(f"{checks.passed + accepted} passed, {checks.failed + refused} failed")
    return 1 if checks.failed + refused else 0


if __name__ == "__main__":
    sys.exit(main())
