#!/usr/bin/env python3
"""Sends the example body that the program gives of each write, over MCP, to the stand-in: is it what the server takes?

    tests/agent/run_examples.py [--program FILE] [--home DIR]

An example cannot know the records of a system: its references and the numbers of what it is for are exchanged for those of
records that there are, where it has them, and a placeholder (`<summary>`) for a text; nothing is added. A POST must make a record, a PATCH must be taken. One line for each
that is not; exit code: 0 all accepted, 1 not, 2 the program did not run.
"""
import sys

if sys.version_info < (3, 11):
    print("run_examples: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import json
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from client import Broken, Server
from filling import PLACEHOLDER
from reading import shown_values
from run import MODELS, PROGRAM, SETTINGS
from standin.collections import BY_PATH, COLLECTIONS, REFERRED
from standin.derived import CHARGED
from standin.schemas import members
from standin.server import serving
from standin.world import world

# Members with the number of a record.
NUMBERED = {"objectId": "/service/tickets", "ticketId": "/service/tickets", "boardId": "/service/boards"}


def first(store, path, owner=None):
    return next(iter(store.of_parent(path, owner)), None)


def within(store, collection, example, name, target):
    """A record that the example may refer to: of the board or company that it refers to, where it depends on one."""
    owner = collection.scopes.get(name)
    if owner and target.path != "/company/companies":
        held = (example.get(owner) or {}).get("id")
        if target.parent:
            return first(store, target.path, held)
        return next((record for record in store.records[target.path].values()
                     if held in (None, (record.get("company") or {}).get("id"))), None)
    return first(store, target.path)


def of_this_system(store, collection, example):
    """The example with records of the stand-in where it refers to some."""
    body, known = {}, members(collection.schema)
    owners = set(collection.scopes.values())
    for name in sorted(example, key=lambda name: name not in owners):
        value, type_ = example[name], known.get(name)
        if type_ is not None and type_.kind == "ref" and type_.schema in REFERRED and value is not None:
            record = within(store, collection, body, name, BY_PATH[REFERRED[type_.schema]])
            value = {"id": record["id"]} if record else value
        elif name == "chargeToId" and example.get("chargeToType") in CHARGED:
            value = first(store, CHARGED[example["chargeToType"]])["id"]
        elif name in NUMBERED:
            value = first(store, NUMBERED[name])["id"]
        elif isinstance(value, str) and PLACEHOLDER.match(value):
            value = value.strip("<>")
        body[name] = value
    return body


def example_of(answer):
    """The example of a description, flat for a PATCH in whatever form it is given; None where it has none."""
    found = next((value for name in ("example", "data") for value in shown_values(answer or {}, name)), None)
    if isinstance(found, list):
        found = {operation["path"]: operation.get("value") for operation in found
                 if isinstance(operation, dict) and "path" in operation}
    return found if isinstance(found, dict) else None


def tried(server, api, collection, method):
    """Why a write's example is not accepted; nothing where it is."""
    path = collection.path + ("/{id}" if method == "PATCH" else "")
    is_error, text, answer = server.call("resolve_resource_metadata", {"path": path, "method": method})
    example = None if is_error else example_of(answer)
    if not example:
        return f"no example: {text[:100]}"
    store = api.store
    record = next(iter(store.records[collection.path].values()))
    params = {"id": record["id"]} if method == "PATCH" else {}
    if collection.parent:
        held = record[collection.parent]
        params["parentId"] = held["id"] if isinstance(held, dict) else held
    body = of_this_system(store, collection, example)
    is_error, text, _ = server.call("dispatch_api_operation", {"path": path, "method": method, "params": params, "data": body})
    sent = api.requests[-1] if api.requests else {}
    if is_error or (sent.get("method"), sent.get("status")) != (method, 201 if method == "POST" else 200):
        return f"{json.dumps(body)[:160]}: {' '.join(text.split())[:260]}"
    return None


def main():
    parser = argparse.ArgumentParser(prog="run_examples", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--home", type=Path, help="a home that is kept, with its index, for repeated runs")
    arguments = parser.parse_args()
    before, accepted, refused = world(), 0, 0
    try:
        with tempfile.TemporaryDirectory() as home, serving(before.copy()) as (api, url):
            with Server(arguments.program, arguments.home or Path(home), arguments.models,
                        {**SETTINGS, "CONNECTWISE_API_URL": url}) as server:
                for collection in COLLECTIONS:
                    for method in ("POST", "PATCH") if collection.writable else ():
                        api.store, api.requests = before.copy(), []
                        why = tried(server, api, collection, method)
                        accepted, refused = accepted + (why is None), refused + (why is not None)
                        if why:
                            print(f"refused {method} {collection.path}: {why}", flush=True)
    except Broken as broken:
        print(f"run_examples: {broken}", file=sys.stderr)
        return 2
    print(f"{accepted} examples accepted, {refused} refused (to be: none)")
    return 1 if refused else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("run_examples: interrupted", file=sys.stderr) or 1)
