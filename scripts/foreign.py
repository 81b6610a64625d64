#!/usr/bin/env python3
"""Third-party MCP clients against the real server, over stdio.

The Python SDK `mcp`, of a pinned version in an environment below target/, lists the tools and calls each. The server's index
is built in a temporary home from the embedded manifest.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SDK = "mcp==2.3.0"

CLIENT = '''
import asyncio, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

CALLS = [
    ("query_api_endpoints", {"query": "ticket notes"}, lambda r: len(r["hits"]) == 10),
    ("semantic_endpoint_locator", {"query": "retrieve all unresolved service requests flagged with critical severity"},
     lambda r: "/service/tickets" in [h["path"] for h in r["hits"][:2] if h["method"] == "GET"]),
    ("enumerate_api_domains", {}, lambda r: sum(d["operations"] for d in r["domains"]) == 2812),
    ("fetch_domain_resources", {"domain": "service", "max_results": 3}, lambda r: len(r["resources"]) == 3),
    ("resolve_resource_metadata", {"path": "/service/tickets/123"}, lambda r: r["path"] == "/service/tickets/{id}"),
]

async def main():
    results = []
    def check(name, ok):
        results.append(ok)
        print(("ok     " if ok else "FAILED ") + name, flush=True)
    server = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:])
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        begun = await session.initialize()
        check("initialize", begun.server_info.name == "cw-orchestrator")
        listed = await session.list_tools()
        check("tools/list", [t.name for t in listed.tools] == [c[0] for c in CALLS])
        for name, arguments, right in CALLS:
            result = await session.call_tool(name, arguments)
            check("tools/call " + name, not result.is_error and right(result.structured_content))
        missed = await session.call_tool("resolve_resource_metadata", {"path": "/service/tickts"})
        check("a near miss", missed.is_error and "GET /service/tickets" in missed.content[0].text)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1

sys.exit(asyncio.run(main()))
'''


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    name = "cw-orchestrator.exe" if os.name == "nt" else "cw-orchestrator"
    parser.add_argument("--binary", type=Path, default=target / "release" / name)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    arguments = parser.parse_args()
    environment = target / "foreign"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if subprocess.run([python, "-c", "import mcp"], capture_output=True).returncode if python.exists() else True:
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK], check=True)
    with tempfile.TemporaryDirectory() as home:
        common = ["--home", home, "--models", str(arguments.models)]
        subprocess.run([arguments.binary, *common, "-q", "index", "build"], check=True, stdout=subprocess.DEVNULL)
        return subprocess.run([python, "-c", CLIENT, str(arguments.binary), *common, "serve"], timeout=120).returncode


if __name__ == "__main__":
    sys.exit(main())
