#!/usr/bin/env python3
"""Runs the server scenarios of the official conformance suite against the real server, over HTTP.

The suite is `@modelcontextprotocol/conformance`, of a pinned version, installed into target/foreign once. SCENARIOS below
are those that a server of any tools can pass; LEFT_OUT are those that want tools, resources or prompts made for the suite,
each with what it wants. A scenario of the suite that is in neither list is a failure: a new version has to be judged first.

One line a scenario, then `N passed, N failed`. Exit code: 0 all passed, 1 a scenario failed, 2 the suite could not be set up.
"""
import sys

if sys.version_info < (3, 11):
    print("conformance: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import re
import subprocess
import tempfile

from foreign import CHECK_S, Failure, http_server, indexed, judge, node_program, run

SUITE = "@modelcontextprotocol/conformance@0.1.16"
SUITE_SCRIPT = "@modelcontextprotocol/conformance/dist/index.js"

# The suite speaks the protocol's version 2025-11-25.
SCENARIOS = [
    "server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "logging-set-level",
    "completion-complete", "server-sse-multiple-streams", "dns-rebinding-protection",
]
TOOL = "it calls the tool {}, made for the suite"
LEFT_OUT = {
    "tools-call-simple-text": TOOL.format("test_simple_text"),
    "tools-call-image": TOOL.format("test_image_content"),
    "tools-call-audio": TOOL.format("test_audio_content"),
    "tools-call-embedded-resource": TOOL.format("test_embedded_resource"),
    "tools-call-mixed-content": TOOL.format("test_multiple_content_types"),
    "tools-call-with-logging": TOOL.format("test_tool_with_logging"),
    "tools-call-error": TOOL.format("test_error_handling"),
    "tools-call-with-progress": TOOL.format("test_tool_with_progress"),
    "tools-call-sampling": TOOL.format("test_sampling"),
    "tools-call-elicitation": TOOL.format("test_elicitation"),
    "json-schema-2020-12": TOOL.format("json_schema_2020_12_tool"),
    "elicitation-sep1034-defaults": TOOL.format("test_elicitation_sep1034_defaults"),
    "elicitation-sep1330-enums": TOOL.format("test_elicitation_sep1330_enums"),
    "server-sse-polling": TOOL.format("test_reconnection"),
    "resources-read-text": "it reads test://static-text, made for the suite",
    "resources-read-binary": "it reads test://static-binary, made for the suite",
    "resources-templates-read": "it reads test://template/123/data, made for the suite",
    "resources-subscribe": "it subscribes to test://watched-resource; no resource of this server changes",
    "resources-unsubscribe": "it subscribes to test://watched-resource; no resource of this server changes",
    "prompts-get-simple": "it gets test_simple_prompt, made for the suite",
    "prompts-get-with-args": "it gets test_prompt_with_arguments, made for the suite",
    "prompts-get-embedded-resource": "it gets test_prompt_with_embedded_resource, made for the suite",
    "prompts-get-with-image": "it gets test_prompt_with_image, made for the suite",
}


def all_are_judged(suite, environment):
    """Whether the two lists are what the suite can run against a server."""
    listed = run([*suite, "list", "--server"], CHECK_S, env=environment)
    if unlike := set(re.findall(r"^ +- (\S+)", listed, re.M)) ^ {*SCENARIOS, *LEFT_OUT}:
        raise ValueError("in one of suite and lists only: " + ", ".join(sorted(unlike)))
    return True


def passes(suite, environment, url, scenario):
    """Whether a scenario passes; what the suite said where it does not."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            command = [*suite, "server", "--url", url, "--scenario", scenario]
            done = subprocess.run(command, env=environment, cwd=scratch, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, encoding="utf-8", errors="replace",
                                  timeout=CHECK_S)
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"no end within {CHECK_S} s") from error
    passed = re.search(r"Passed: (\d+)/\d+", done.stdout)
    # A scenario that checked nothing has shown nothing.
    if done.returncode or not passed or passed[1] == "0":
        said = done.stdout.partition("Failed Checks")[2] or done.stdout + done.stderr
        raise ValueError(" ".join(said.split())[:400])
    return True


def all_checks(checks, arguments, target):
    suite, environment = node_program(target / "foreign" / "conformance", SUITE, SUITE_SCRIPT)
    checks.check("every scenario is run or left out with a reason", lambda: all_are_judged(suite, environment))
    with indexed(arguments, target) as program, http_server(program) as url:
        for scenario in SCENARIOS:
            checks.check(scenario, lambda: passes(suite, environment, url, scenario))
    print(f"left out: {len(LEFT_OUT)} scenarios that want what was made for the suite; their reasons are in this file")


if __name__ == "__main__":
    sys.exit(judge("conformance", __doc__, all_checks))
