#!/usr/bin/env python3
"""Looks at the page in a real browser: Chromium, driven by Playwright, with axe over every view at two widths.

    scripts/page.py                 the release program
    scripts/page.py --program P     another one
    scripts/page.py --large HOME    also looks at the index of another home, such as one of a large catalogue, and says how long views take
    scripts/page.py --picture       also makes docs/page.png, the picture in the README, where all checks pass

Servers are started on loopback: one for the stand-in of ConnectWise's API (tests/agent/standin), one that only reads, one with a hostile
manifest, one without an index, one with a token. Pictures of each state are kept in target/page. Needs Node with npm, and Chromium
(Debian: chromium; else --browser); Playwright and axe are installed into target/page-modules, once.
One line a check, then `N passed, N failed`. Exit code: 0 all passed, 1 a check failed, 2 it could not begin.
"""
import sys

if sys.version_info < (3, 11):
    print("page: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0], file=sys.stderr)
    sys.exit(2)

import argparse
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "agent"))
from run import SETTINGS
from standin.server import serving
from standin.world import world

MODULES = ["playwright-core@1.65.1", "axe-core@4.14.1"]
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
EVIL = "<img src=x onerror=window.struck=1><script>window.struck=1</script>\u202eevil"
RIGHT_TO_LEFT = "كل التذاكر المفتوحة"
MEGABYTE = "x" * 1_000_000
STRING = {"type": "string"}
RECORD = {"type": "object", "required": [EVIL], "properties": {
    EVIL: {"type": "string", "enum": [EVIL, "x" * 100_000]}, "__proto__": STRING, "constructor": {"type": "object", "properties": {"name": STRING}},
    RIGHT_TO_LEFT: {"type": "string", "description": MEGABYTE}, "x" * 5_000: STRING}}
# Numbers that no number of a script is equal to.
LARGE, FINE = "12345678901234567890", "0.1000000000000000055"
NUMBERS = {"type": "object", "required": ["large"], "properties": {"large": {"type": "integer"}, "fine": {"type": "number"}, "text": STRING}}
HOSTILE = {"openapi": "3.0.3", "info": {"title": EVIL, "version": EVIL}, "paths": {
    "/numbers": {"post": {"summary": "Repeat numbers", "requestBody": {"content": {"application/json": {"schema": NUMBERS}}},
                          "responses": {"200": {"description": "The same", "content": {"application/json": {"schema": NUMBERS}}}}}},
    "/evil/{id}": {"get": {"summary": EVIL + " evil things", "description": MEGABYTE + EVIL, "operationId": "evil", "tags": [EVIL],
                           "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string", "enum": [EVIL, "x" * 100_000]}},
                                          {"name": EVIL, "in": "query", "schema": STRING}, {"name": EVIL, "in": "nowhere"}],
                           "responses": {"200": {"description": EVIL, "content": {"application/json": {"schema": {"type": "array", "items": RECORD}}}}}},
                   "post": {"summary": RIGHT_TO_LEFT, "description": RIGHT_TO_LEFT * 100, "parameters": [{"name": "id", "in": "path", "required": True, "schema": STRING}],
                            "requestBody": {"content": {"application/json": {"schema": RECORD}}}, "responses": {"200": {"description": EVIL}}}}}}
# Rows that an API may answer: of a megabyte, with signs that turn the direction of letters round, and with names that objects have already.
ANSWER = json.dumps([{"id": 1, "name": EVIL, "text": MEGABYTE, "right": RIGHT_TO_LEFT, "__proto__": {"struck": True}, "constructor": EVIL},
                     {"id": 2, "name": "=1+1", "text": EVIL * 1000, "right": RIGHT_TO_LEFT * 500, "large": "LARGE", "fine": "FINE"}])
ANSWER = ANSWER.replace('"LARGE"', LARGE).replace('"FINE"', FINE).encode()
# Most bytes of the picture in the README.
PICTURE = 100_000
# A kept call, with a value that could be asked for on each use.
KEPT = ["memory", "save", "GET", "/service/tickets", "--description", "open <b>tickets</b>", "--param", "conditions=closedFlag = false and company/id = 20"]


class Failure(Exception):
    pass


def target():
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def modules():
    folder = target() / "page-modules"
    done = folder / "complete"
    if not done.exists() or done.read_text() != " ".join(MODULES):
        npm = shutil.which("npm") or fail("npm is not installed, with which Playwright is fetched")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        run([npm, "install", "--silent", "--no-audit", "--no-fund", "--save-exact", *MODULES], folder)
        done.write_text(" ".join(MODULES))
    return folder


def fail(why):
    raise Failure(why)


def run(command, folder, **environment):
    if subprocess.run(list(map(str, command)), cwd=folder, stdin=subprocess.DEVNULL, env={**os.environ, **environment}).returncode:
        fail(f"{command[0]} failed; see its message above")


class Hostile(BaseHTTPRequestHandler):
    """An API that answers every read with the same rows, and every write with its body."""

    def do_GET(self):
        self.answer(ANSWER)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("content-length", 0))))

    def answer(self, body):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def answering():
    """The address of a hostile API."""
    api = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    try:
        yield "http://127.0.0.1:%d" % api.server_address[1]
    finally:
        api.shutdown()


@contextmanager
def server(program, home, *options, **settings):
    """A server of the program's on a free port, and its page's address."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CONNECTWISE_", "CW_"))}
    command = [str(program), "--home", str(home), "--models", str(ROOT / "models"), "--json", "ui", "--no-open", "--port", "0", *options]
    started = subprocess.Popen(command, env={**environment, **settings}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        line = started.stdout.readline()
        if not line:
            fail(f"the server ended before it listened: {' '.join(command)}")
        yield json.loads(line)["page"]
    finally:
        started.terminate()
        started.wait(timeout=60)


def main():
    parser = argparse.ArgumentParser(prog="page", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=target() / "release" / "cw-orchestrator")
    parser.add_argument("--browser", help="the browser's program (default: Chromium where it is found)")
    parser.add_argument("--large", type=Path, metavar="HOME", help="a home with an index, to see how long views of it take")
    parser.add_argument("--picture", action="store_true", help="make docs/page.png")
    arguments = parser.parse_args()
    try:
        browser = arguments.browser or next(filter(None, map(shutil.which, BROWSERS)), None) or fail("no Chromium is installed (Debian: chromium); name one with --browser")
        node = shutil.which("node") or fail("node is not installed")
        where = modules()
        pictures = target() / "page"
        shutil.rmtree(pictures, ignore_errors=True)
        pictures.mkdir(parents=True)
        with ExitStack() as stack:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            home, token = work / "home", secrets.token_hex(24)
            program = [arguments.program, "--home", home, "--models", ROOT / "models", "-q"]
            run([*program, "index", "build"], work)
            run([*program, *KEPT], work)
            (work / "hostile.json").write_text(json.dumps(HOSTILE))
            evil = [arguments.program, "--home", work / "evil", "--models", ROOT / "models", "-q"]
            run([*evil, "index", "build", "--manifest", work / "hostile.json", "--api", "evil"], work)
            (work / "evil" / "config.toml").write_text('[apis.evil]\nbase_url = "%s"\n' % stack.enter_context(answering()))
            api, url = stack.enter_context(serving(world(), 0))
            settings = {"CONNECTWISE_API_URL": url, **SETTINGS}
            begin = lambda *given, **more: stack.enter_context(server(arguments.program, *given, **more))
            given = {
                "modules": str(where), "large_number": LARGE, "fine_number": FINE, "browser": browser, "pictures": str(pictures), "ticket": 48230, "token": token,
                "secret": settings["CONNECTWISE_PRIVATE_KEY"],
                "page": begin(home, **settings), "reading": begin(home, "--read-only", **settings), "hostile": begin(work / "evil"),
                "bare": begin(work / "bare", "--no-build"), "guarded": begin(home, CW_ORCHESTRATOR_TOKEN=token),
            }
            if arguments.large:
                given["large"] = begin(arguments.large, "--no-build")
            code = subprocess.run([node, ROOT / "scripts/pages/look.mjs"], input=json.dumps(given), text=True).returncode
            if arguments.picture and code == 0:
                shown = pictures / "find-1280.png"
                if shown.stat().st_size > PICTURE:
                    fail(f"{shown} has more than {PICTURE} bytes, so it was not taken into docs")
                shutil.copyfile(shown, ROOT / "docs/page.png")
            return code
    except (Failure, OSError, subprocess.TimeoutExpired) as error:
        print(f"page: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("page: interrupted", file=sys.stderr) or 1)
