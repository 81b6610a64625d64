#!/usr/bin/env python3
"""Asks the MCP server for an operation and shows the request that it would send, with the Python SDK.

    pip install mcp==2.3.0
    python examples/mcp_client.py "open tickets of a company"
    python examples/mcp_client.py --url http://127.0.0.1:8765/mcp "open tickets of a company"

Without --url it starts `cw-orchestrator serve` itself (--program names another); with --url it asks a server that runs, with the token of
CW_ORCHESTRATOR_TOKEN where that is set. Nothing is sent to an API: the call is a dry run.
"""
import argparse
import asyncio
import json
import os
from contextlib import asynccontextmanager

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


@asynccontextmanager
async def streams(arguments):
    """What is read from the server, and what is written to it."""
    if not arguments.url:
        # The SDK hands on few variables, and the server needs its home, its models and the keys.
        own = {name: value for name, value in os.environ.items() if name.startswith(("CW_ORCHESTRATOR_", "CONNECTWISE_"))}
        server = StdioServerParameters(command=arguments.program, args=["serve"], env=own)
        async with stdio_client(server) as (read, write, *_):
            yield read, write
        return
    token = os.environ.get("CW_ORCHESTRATOR_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with create_mcp_http_client(headers=headers) as http:
        async with streamable_http_client(arguments.url, http_client=http) as (read, write, *_):
            yield read, write


async def tool(session, name, **given):
    """Calls a tool and returns its answer; an error of the tool is an exception with its text."""
    result = await session.call_tool(name, given)
    text = "\n".join(part.text for part in result.content if part.type == "text")
    if getattr(result, "is_error", getattr(result, "isError", False)):
        raise SystemExit(f"{name}: {text}")
    return json.loads(text)


async def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("request", help="what is wanted, in any words")
    parser.add_argument("--url", help="of a server that runs, such as http://127.0.0.1:8765/mcp")
    parser.add_argument("--program", default="cw-orchestrator", help="the program to start (default: cw-orchestrator)")
    arguments = parser.parse_args()
    async with streams(arguments) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        found = await tool(session, "semantic_endpoint_locator", query=arguments.request, max_results=3)
        for hit in found["hits"]:
            print(f"{hit['method']} {hit['path']}: {hit.get('summary', '')}")
        if not found["hits"]:
            raise SystemExit("nothing was found")
        first = found["hits"][0]["call"]
        # A hit's `call` is ready to be sent; values of the path are to be filled in first.
        if "{" in first["path"]:
            print("to be called with the values of its path:", json.dumps(first))
            return
        shown = await tool(session, "dispatch_api_operation", **first, dry_run=True)
        print(json.dumps(shown["request"], indent=2))


if __name__ == "__main__":
    asyncio.run(main())
