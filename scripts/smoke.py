#!/usr/bin/env python3
"""Installs packages as a user does, into an empty folder with an empty home, and asks each the same question.

    scripts/package && scripts/smoke.py            every package in target/package that fits this machine
    scripts/smoke.py FILE ...                      these

A package passes when its program answers with the same first hit as the others (and as --than, another program), speaks MCP over stdio, finds
no fault in its set-up, and writes a command into a client's file that starts it again. npm packages need node, wheels Python, images buildah.
The last line is `N passed, N failed`. Exit code: 0 all passed, 1 not.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "open tickets"
# Of the machine that a user has: nothing of ours, such as a home or a model that a variable names.
KEPT = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "PIP_FIND_LINKS", "PIP_INDEX_URL"]
HELLO = [
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                                                                 "clientInfo": {"name": "smoke", "version": "1"}}},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
]


class Wrong(Exception):
    """What a package did that it should not have done."""


class User:
    """A user with nothing but an empty folder, which is their home as well."""

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.env.update({"HOME": str(self.home), "USERPROFILE": str(self.home), "APPDATA": str(self.home / "AppData"),
                         "LOCALAPPDATA": str(self.home / "AppData"), "npm_config_cache": str(folder / "npm"),
                         "npm_config_update_notifier": "false"})

    def run(self, *command, codes=(0,), given=""):
        done = subprocess.run([str(part) for part in command], cwd=self.folder, env=self.env, input=given, capture_output=True,
                              text=True, timeout=300)
        if done.returncode not in codes:
            raise Wrong(f"{' '.join(map(str, command))} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done


def of_npm(user, files):
    user.run("npm", "install", "--no-audit", "--no-fund", "--offline", *files)
    return ["npx", "--offline", "cw-orchestrator"], "npx"


def of_wheel(user, files):
    user.run(sys.executable, "-m", "venv", "venv")
    scripts = user.folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    user.run(scripts / "python", "-m", "pip", "install", "--quiet", "--no-index", *files)
    return [scripts / "cw-orchestrator"], str(scripts / "cw-orchestrator")


def of_archive(user, files):
    unpacked = user.folder / "unpacked"
    if files[0].suffix == ".zip":
        zipfile.ZipFile(files[0]).extractall(unpacked)
        (inner,) = unpacked.iterdir()
        to = user.folder / "installed"
        user.run("powershell", "-ExecutionPolicy", "Bypass", "-File", inner / "install.ps1", "-To", to)
        return [to / "cw-orchestrator.exe"], str(to / "cw-orchestrator.exe")
    with tarfile.open(files[0]) as archive:
        archive.extractall(unpacked, filter="data")
    (inner,) = unpacked.iterdir()
    user.run("sh", inner / "install.sh")
    shutil.rmtree(unpacked)  # what is installed needs nothing of it
    return [user.home / ".local/bin/cw-orchestrator"], "cw-orchestrator"


def of_mcpb(user, files):
    zipfile.ZipFile(files[0]).extractall(user.folder / "bundle")
    entry = json.loads((user.folder / "bundle/manifest.json").read_text(encoding="utf-8"))["server"]["entry_point"]
    program = user.folder / "bundle" / entry
    program.chmod(0o755)  # as a host does
    return [program], str(program)


def of_deb(user, files):
    user.run("dpkg-deb", "--extract", files[0], "root")
    return [user.folder / "root/usr/bin/cw-orchestrator"], "cw-orchestrator"


FORMS = [(of_npm, "*.tgz"), (of_wheel, "*.whl"), (of_archive, "*.tar.xz"), (of_archive, "*.zip"), (of_mcpb, "*.mcpb"), (of_deb, "*.deb")]


def first_hit(user, command):
    began = time.monotonic()
    answer = json.loads(user.run(*command, "search", *QUESTION.split(), "--json").stdout)
    took = time.monotonic() - began
    if answer.get("reduced"):
        raise Wrong(f"it does not search by meaning: {answer['reduced']}")
    hit = answer["hits"][0]
    return (hit["method"], hit["path"], round(hit["score"], 3)), took


def check(user, command, starts):
    """Returns the first hit and how long it took to get it, in seconds."""
    hit, took = first_hit(user, command)
    said = user.run(*command, "serve", given="".join(json.dumps(message) + "\n" for message in HELLO))
    answers = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    if not any(answer.get("id") == 2 and answer["result"]["tools"] for answer in answers):
        raise Wrong(f"it lists no tools over MCP: {said.stdout[-300:]}")
    report = json.loads(user.run(*command, "doctor", "--json", codes=(0, 1)).stdout)
    if report["faults"]:
        raise Wrong("doctor finds faults: " + "; ".join(f["detail"] for f in report["findings"] if f["grade"] == "fault"))
    user.run(*command, "install", "--client", "cursor", "--yes")
    entry = json.loads((user.home / ".cursor/mcp.json").read_text(encoding="utf-8"))["mcpServers"]["cw-orchestrator"]
    if not entry["command"].endswith(starts):
        raise Wrong(f"install writes {entry['command']}, where {starts} was expected")
    return hit, took


def fitting(files):
    """Pairs of a form and its files, of those that can be installed on this machine."""
    arch = platform.machine().lower()
    names = {"x86_64": ("x86_64", "x64", "amd64"), "amd64": ("x86_64", "x64", "amd64"), "aarch64": ("aarch64", "arm64"),
             "arm64": ("aarch64", "arm64")}.get(arch, (arch,))
    system = {"linux": ("linux", "amd64.deb", "arm64.deb"), "darwin": ("darwin", "macos"), "win32": ("win",)}[sys.platform]
    fits = lambda name: any(part in name for part in names) and any(part in name for part in system)
    for form, pattern in FORMS:
        own = [file for file in files if file.match(pattern) and fits(file.name)]
        if form is of_npm and own:
            own += [file for file in files if file.match("cw-orchestrator-[0-9]*.tgz")]
        if own:
            yield form, own


def main():
    parser = argparse.ArgumentParser(prog="smoke", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="packages (default: those in target/package)")
    parser.add_argument("--than", type=Path, metavar="PROGRAM", help="a program whose first hit each package must have too")
    arguments = parser.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    files = [file.resolve() for file in arguments.files] or sorted((target / "package").iterdir())
    passed = failed = 0
    wanted = None
    if arguments.than:
        with tempfile.TemporaryDirectory() as folder:
            wanted, _ = first_hit(User(Path(folder)), [arguments.than.resolve()])
    for form, own in fitting(files):
        name = form.__name__.removeprefix("of_")
        with tempfile.TemporaryDirectory() as folder:
            try:
                began = time.monotonic()
                user = User(Path(folder))
                command, starts = form(user, own)
                installed = time.monotonic() - began
                hit, took = check(user, command, starts)
                wanted = wanted or hit
                if hit != wanted:
                    raise Wrong(f"its first hit is {hit}, another's {wanted}")
                passed += 1
                print(f"ok      {name}: installed in {installed:.1f} s, first answer after {took:.1f} s", flush=True)
            except (Wrong, OSError, subprocess.TimeoutExpired, ValueError, KeyError, IndexError) as error:
                failed += 1
                print(f"FAILED  {name}: {error}", flush=True)
    if not passed + failed:
        print("FAILED  no package of this machine was found; run scripts/package first")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("smoke: interrupted", file=sys.stderr) or 1)
