#!/usr/bin/env python3
"""Installs packages as a user does, into an empty folder with an empty home, and asks each the same question.

    scripts/package && scripts/smoke.py            every package in target/package that fits this machine
    scripts/smoke.py FILE ...                      these

A package passes when its program answers with the same first hit as the others (and as --than, another program), speaks MCP over stdio,
finds no fault in its set-up, and writes a command into a client's file that starts it again; and when a package for npm or PyPI is no
larger than 45 MB. server.json passes when the packages beside it are those that it lists. npm packages are installed from files and by
npx from a registry on this machine, wheels by pip and by uvx. What needs a tool that is missing (npm, uvx, a builder of images) is
skipped; with --strict that is a failure.
The last line is `N passed, N failed`. Exit code: 0 all passed, 1 not.
"""
import sys

if sys.version_info < (3, 11):
    print("smoke: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(1)

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packages import oci, registry

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "open tickets"
NAME = "cw-orchestrator"
LARGEST_MB = 45  # of what npm or PyPI brings to one platform
# Of the machine that a user has: nothing of ours, such as a home or a model that a variable names.
KEPT = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG"]
HELLO = [
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                                                                 "clientInfo": {"name": "smoke", "version": "1"}}},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
]


class Wrong(Exception):
    """What a package did that it should not have done."""


class User:
    """A user with nothing but an empty folder and an empty home in it."""

    longest_s = 300  # of a command

    def __init__(self, folder):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.env = {name: os.environ[name] for name in KEPT if name in os.environ}
        self.env.update({"HOME": str(self.home), "USERPROFILE": str(self.home), "APPDATA": str(self.home / "AppData"),
                         "LOCALAPPDATA": str(self.home / "AppData"), "npm_config_cache": str(folder / "npm"),
                         "npm_config_update_notifier": "false", "UV_CACHE_DIR": str(folder / "uv"), "UV_NO_CONFIG": "1",
                         "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"})
        self.ending = contextlib.ExitStack()

    def run(self, *command, codes=(0,), given="", folder=None):
        # On Windows npm and npx are files that only a whole path starts.
        program = shutil.which(str(command[0])) or str(command[0])
        done = subprocess.run([program, *map(str, command[1:])], cwd=folder or self.folder, env=self.env, input=given, capture_output=True,
                              encoding="utf-8", errors="replace", timeout=self.longest_s)
        if done.returncode not in codes:
            raise Wrong(f"{' '.join(map(str, command))} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
        return done


def npm_files(user, files):
    user.run("npm", "install", "--no-audit", "--no-fund", "--offline", *files)
    return ["npx", "--offline", NAME], f"node_modules/.bin/{NAME}"


def npx_files(user, files):
    command = ["npx", "-y", "--offline", *(f"--package={file}" for file in files), NAME]
    user.run(*command, "--version")  # which installs it
    return command, "npx"


def npx(user, files):
    user.env["npm_config_registry"] = user.ending.enter_context(registry.serving(files))
    user.run("npx", "-y", NAME, "--version")  # which installs it
    return ["npx", "-y", NAME], "npx"


def pip(user, files):
    user.run(sys.executable, "-m", "venv", "venv")
    scripts = user.folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    before = set(scripts.iterdir())
    user.run(scripts / "python", "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", *files)
    added = sorted(path.stem for path in set(scripts.iterdir()) - before)
    if added != [NAME]:
        raise Wrong(f"it adds the commands {', '.join(added)}")
    return [scripts / NAME], str(scripts / NAME)


def uvx(user, files):
    user.env["UV_DEFAULT_INDEX"] = user.ending.enter_context(registry.serving(files)) + "/simple"
    user.run("uvx", NAME, "--version")  # which installs it
    return ["uvx", NAME], "uvx"


def uvx_file(user, files):
    user.env["UV_OFFLINE"] = "1"
    command = ["uvx", "--from", *files, NAME]
    user.run(*command, "--version")  # which installs it
    return command, "uvx"


def archive(user, files):
    unpacked = user.folder / "unpacked"
    if files[0].suffix == ".zip":
        zipfile.ZipFile(files[0]).extractall(unpacked)
        (inner,) = unpacked.iterdir()
        to = user.folder / "installed"
        user.run("powershell", "-ExecutionPolicy", "Bypass", "-File", inner / "install.ps1", "-To", to)
        return [to / f"{NAME}.exe"], str(to / f"{NAME}.exe")
    with tarfile.open(files[0]) as packed:
        packed.extractall(unpacked, filter="data")
    (inner,) = unpacked.iterdir()
    user.run("sh", inner / "install.sh")
    shutil.rmtree(unpacked)  # what is installed needs nothing of it
    return [user.home / ".local/bin" / NAME], NAME


def mcpb(user, files):
    zipfile.ZipFile(files[0]).extractall(user.folder / "bundle")
    entry = json.loads((user.folder / "bundle/manifest.json").read_text(encoding="utf-8"))["server"]["entry_point"]
    program = user.folder / "bundle" / entry
    program.chmod(0o755)  # as a host does
    return [program], str(program)


def deb(user, files):
    user.run("dpkg-deb", "--extract", files[0], "root")
    return [user.folder / "root/usr/bin" / NAME], NAME


def image(user, files, *options):
    builder = oci.builder()
    tool = oci.command(builder, user.folder / "storage")
    if builder == "buildah":
        user.run(*tool, "from", "--quiet", "--name", NAME, f"oci-archive:{files[0]}")
        return [*tool, "run", "--isolation", "chroot", *options, NAME, "--", f"/opt/{NAME}/{NAME}"], None
    loaded = user.run(*tool, "load", "--quiet", "--input", files[0]).stdout.split(": ")[-1].strip()
    return [*tool, "run", "--rm", "--interactive", *options, loaded], None


def image_of_nobody(user, files):
    """As a user who may write nowhere but into the folder for temporary files."""
    return image(user, files, "--user", "65534:65534")


@dataclass(frozen=True)
class Way:
    """How a package is installed."""
    name: str
    pattern: str       # of the file that it is for
    install: callable  # of a user and files: the command that starts the program, and the end of what `install` writes into a client's file
    tools: tuple = ()  # any of them will do


WAYS = [
    Way("npm install of files", "*.tgz", npm_files, ("npm",)),
    Way("npx of files", "*.tgz", npx_files, ("npx",)),
    Way("npx from a registry", "*.tgz", npx, ("npx",)),
    Way("pip", "*.whl", pip),
    Way("uvx of a file", "*.whl", uvx_file, ("uvx",)),
    Way("uvx from a registry", "*.whl", uvx, ("uvx",)),
    Way("archive", "*.tar.xz", archive),
    Way("archive", "*.zip", archive),
    Way("MCPB", "*.mcpb", mcpb),
    Way("deb", "*.deb", deb, ("dpkg-deb",)),
    Way("image", "*-image.tar", image, tuple(oci.BUILDERS)),
    Way("image without a home", "*-image.tar", image_of_nobody, tuple(oci.BUILDERS)),
]


def ask(user, command):
    """Returns the first hit, and how long it took to get it, in seconds."""
    began = time.monotonic()
    answer = json.loads(user.run(*command, "search", *QUESTION.split(), "--json").stdout)
    took = time.monotonic() - began
    if answer.get("reduced"):
        raise Wrong(f"it does not search by meaning: {answer['reduced']}")
    hit = answer["hits"][0]
    return (hit["method"], hit["path"], round(hit["score"], 3)), took


def of_checkout(program):
    """How a program that was built in this checkout is started, wherever cargo put it."""
    return [program.resolve(), "--models", ROOT / "models"]


def check_server(user, command, folder=None):
    said = user.run(*command, given="".join(json.dumps(message) + "\n" for message in HELLO), folder=folder)
    answers = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    if not any(answer.get("id") == 2 and answer["result"]["tools"] for answer in answers):
        raise Wrong(f"it lists no tools over MCP: {said.stdout[-300:]}")


def check_set_up(user, command):
    report = json.loads(user.run(*command, "doctor", "--json", codes=(0, 1)).stdout)
    if report["faults"]:
        raise Wrong("doctor finds faults: " + "; ".join(f["detail"] for f in report["findings"] if f["grade"] == "fault"))


def check_client(user, command, starts):
    """Whether a client is told a command that lasts, one that ends in `starts`, and gets a server by it in a folder of its own."""
    user.run(*command, "install", "--client", "cursor", "--yes")
    entry = json.loads((user.home / ".cursor/mcp.json").read_text(encoding="utf-8"))["mcpServers"][NAME]
    if not entry["command"].endswith(starts):
        raise Wrong(f"install writes {entry['command']}, where {starts} was expected")
    check_server(user, [entry["command"], *entry["args"]], user.home)


def installed(way, files, wanted, within):
    """Installs the package as a new user, checks it, and returns its first hit and a line on how long everything took."""
    with tempfile.TemporaryDirectory() as folder:
        user = User(Path(folder))
        with user.ending:
            began = time.monotonic()
            command, starts = way.install(user, files)
            install = time.monotonic() - began
            hit, first = ask(user, command)
            if hit != (wanted or hit):
                raise Wrong(f"its first hit is {hit}, another's {wanted}")
            if within and first > within and not is_busy():
                raise Late(f"its first answer came after {first:.1f} s, and {within:g} s are allowed")
            again, then = ask(user, command)
            if again != hit:
                raise Wrong(f"asked again, it answers with {again} and no longer with {hit}")
            check_server(user, [*command, "serve"])
            if starts:
                check_set_up(user, command)
                check_client(user, command, starts)
    return hit, f"installed in {install:.1f} s, first answer after {first:.1f} s, the next after {then:.2f} s"


def is_busy():
    """Whether this machine does so much else that times tell nothing of a package; one check alone makes a load of about its cores."""
    return hasattr(os, "getloadavg") and os.getloadavg()[0] > 2 * os.cpu_count()


class Late(Wrong):
    """An answer that came too late, as one does on a machine that is busy with something else."""


def size(files):
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    if files[0].suffix in (".tgz", ".whl") and megabytes > LARGEST_MB:
        raise Wrong(f"it has {megabytes:.1f} MB, and {LARGEST_MB} are allowed")
    return f"{megabytes:.1f} MB"


def check_listing(listing, files):
    """Whether the packages prove that they are of the server that server.json lists: as the registry of MCP servers looks for it."""
    server = json.loads(listing.read_text(encoding="utf-8"))
    if not re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", server["name"]) or not 1 <= len(server["description"]) <= 100:
        raise Wrong(f"the registry takes neither the name {server['name']} nor this description: {server['description']}")
    listed = {package["identifier"].split("/")[-1]: package for package in server["packages"]}
    for file in files:
        if file.match(f"{NAME}-[0-9]*.tgz"):
            with tarfile.open(file) as packed:
                proof = json.load(packed.extractfile("package/package.json"))["mcpName"]
        elif file.suffix == ".whl":
            with zipfile.ZipFile(file) as packed:
                (metadata,) = [name for name in packed.namelist() if name.endswith(".dist-info/METADATA")]
                proof = "".join(re.findall(r"mcp-name: (\S+)", packed.read(metadata).decode()))
        elif file.name in listed:
            proof = server["name"] if hashlib.sha256(file.read_bytes()).hexdigest() == listed[file.name]["fileSha256"] else "other bytes"
        else:
            continue
        if proof != server["name"]:
            raise Wrong(f"{file.name} says that it is of {proof}, and server.json lists {server['name']}")
    return f"{server['name']} with {', '.join(package['registryType'] for package in server['packages'])}"


def fitting(files):
    """Pairs of a way and its files, of those that can be installed on this machine."""
    arch = platform.machine().lower()
    names = {"x86_64": ("x86_64", "x64", "amd64"), "amd64": ("x86_64", "x64", "amd64"), "aarch64": ("aarch64", "arm64"),
             "arm64": ("aarch64", "arm64")}.get(arch, (arch,))
    system = {"linux": ("linux", "amd64.deb", "arm64.deb"), "darwin": ("darwin", "macos"), "win32": ("win32", "win_", "windows")}[sys.platform]
    fits = lambda name: any(part in name for part in names) and any(part in name for part in system)
    for way in WAYS:
        own = [file for file in files if file.match(way.pattern) and fits(file.name)]
        if own and way.pattern == "*.tgz":
            own += [file for file in files if file.match(f"{NAME}-[0-9]*.tgz")]
        if own:
            yield way, own


def main():
    parser = argparse.ArgumentParser(prog="smoke", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="packages, or a folder of them (default: target/package)")
    parser.add_argument("--than", type=Path, metavar="PROGRAM", help="a program whose first hit each package must have too")
    parser.add_argument("--within", type=float, metavar="SECONDS", help="the longest that a first answer may take, unless the machine "
                        "is busy with something else; a late one is asked for once more, by another new user")
    parser.add_argument("--strict", action="store_true", help="a tool that is missing is a failure")
    arguments = parser.parse_args()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    files = [file for given in arguments.files or [target / "package"]
             for file in (sorted(given.iterdir()) if given.is_dir() else [given])]
    passed = failed = 0
    wanted = None
    if arguments.than:
        with tempfile.TemporaryDirectory() as folder:
            wanted, _ = ask(User(Path(folder)), of_checkout(arguments.than))
    for listing in [file for file in files if file.name == "server.json"]:
        try:
            print(f"ok      server.json: {check_listing(listing, files)}", flush=True)
            passed += 1
        except (Wrong, OSError, ValueError, KeyError) as error:
            print(f"FAILED  server.json: {error}", flush=True)
            failed += 1
    for way, own in fitting([file.resolve() for file in files]):
        if way.tools and not any(map(shutil.which, way.tools)):
            failed += arguments.strict
            print(f"{'FAILED' if arguments.strict else 'skipped'} {way.name}: none of {', '.join(way.tools)} is installed", flush=True)
            continue
        try:
            megabytes = size(own)
            try:
                hit, told = installed(way, own, wanted, arguments.within)
            except Late:
                hit, told = installed(way, own, wanted, arguments.within)
            wanted = wanted or hit
            passed += 1
            print(f"ok      {way.name}: {megabytes}, {told}", flush=True)
        except (Wrong, OSError, subprocess.TimeoutExpired, ValueError, KeyError, IndexError) as error:
            failed += 1
            print(f"FAILED  {way.name}: {error}", flush=True)
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
