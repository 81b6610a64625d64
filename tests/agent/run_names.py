#!/usr/bin/env python3
"""Gives the program 200 names that look alike in place of numbers, over MCP: companies, contacts, members, boards, statuses.

    tests/agent/run_names.py [--program FILE] [--home DIR] [--trace]

Each name stands in a write that is only shown (`dry_run`): what is shown is what would be sent. `names.jsonl` has what is right:
`one` is taken; of `many` the caller is asked, with all candidates; `likely` is taken or offered; of `none` nothing is taken, and
`near` is offered.
Exit code: 0 every name right and none guessed, 1 not, 2 the program did not run.
"""
import sys

if sys.version_info < (3, 11):
    print("run_names: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import json
import re
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from client import Broken, Server
from naming import within
from run import MODELS, PROGRAM, SETTINGS
from standin.server import serving
from standin.world import world

FIELDS = {"company": "company", "contact": "contact", "member": "owner", "board": "board", "status": "status"}  # of a ticket
OUTCOMES = ("one", "many", "likely", "none")


def names_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def carrier(store, row):
    """A write that has the name in place of a number."""
    if row["kind"] == "contact" and "within" not in row:
        return {"path": "/sales/activities", "method": "POST",
                "data": {"name": "Call", "assignTo": {"id": 12}, "contact": row["name"]}}
    scope = row.get("within", {})
    fits = lambda ticket: all(ticket[kind]["name"] == name for kind, name in scope.items())
    number = next(record["id"] for record in store.records["/service/tickets"].values() if fits(record))
    return {"path": "/service/tickets/{id}", "method": "PATCH", "params": {"id": number},
            "data": {FIELDS[row["kind"]]: row["name"]}}


def taken(answer, row):
    """The number that a shown request has for the name; None where it has none."""
    body = ((answer or {}).get("request") or {}).get("body")
    if isinstance(body, list):
        body = {operation.get("path"): operation.get("value") for operation in body}
    value = (body or {}).get(FIELDS[row["kind"]])
    return value.get("id") if isinstance(value, dict) else None


def verdict(store, row, is_error, text, answer):
    """`right`, `guessed` where a wrong record is taken, else in a word what is missing."""
    number = taken(answer, row)
    word = next(word for word in OUTCOMES if word in row)
    meant = row[word] if word in ("many",) else [row[word]] if word != "none" else row.get("near", [])
    if number is not None:
        return "right" if word in ("one", "likely") and number in meant else "guessed"
    if word == "one":
        return "not taken"
    if not is_error:
        return "passed on as it is"
    collection, records = within(store, row)
    told = [record["id"] for record in records if record["id"] in meant and is_told(collection, record, text)]
    return "right" if sorted(told) == sorted(meant) else "candidates not told"


def is_told(collection, record, text):
    """Whether a refusal tells of a record: its name or identifier, and of two of one name the number."""
    whole = " ".join(str(record.get(part, "")) for part in collection.name.split())
    number = re.search(rf"\b{record['id']}\b", text)
    identifier = record.get(collection.identifier)
    if number and whole.lower() in text.lower():
        return True
    return bool(identifier and re.search(rf"\b{re.escape(identifier)}\b", text))


def main():
    parser = argparse.ArgumentParser(prog="run_names", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--home", type=Path, help="a home that is kept, with its index, for repeated runs")
    parser.add_argument("--trace", action="store_true", help="also show what was answered to each name that was not judged right")
    arguments = parser.parse_args()
    store, counts = world(), Counter()
    try:
        with tempfile.TemporaryDirectory() as home, serving(store.copy()) as (api, url):
            with Server(arguments.program, arguments.home or Path(home), arguments.models,
                        {**SETTINGS, "CONNECTWISE_API_URL": url}) as server:
                for row in names_of(HERE / "names.jsonl"):
                    is_error, text, answer = server.call("dispatch_api_operation", {**carrier(store, row), "dry_run": True})
                    word = next(word for word in OUTCOMES if word in row)
                    said = verdict(store, row, is_error, text, answer)
                    counts[word, said] += 1
                    if said != "right":
                        print(f"{said:20} {row['kind']:8} {row['name']!r} {row.get('within') or ''} (to be: {word} {row[word]})",
                              flush=True)
                        if arguments.trace:
                            print("    " + " ".join(text.split())[:600])
            sent = [request for request in api.requests if request["method"] != "GET"]
    except Broken as broken:
        print(f"run_names: {broken}", file=sys.stderr)
        return 2
    print()
    for word in OUTCOMES:
        every = {said: number for (of, said), number in counts.items() if of == word}
        rest = ", ".join(f"{number} {said}" for said, number in every.items() if said != "right")
        print(f"{word:7} {every.get('right', 0)} of {sum(every.values())} right; {rest}")
    guessed = sum(number for (_, said), number in counts.items() if said == "guessed")
    print(f"{guessed} guessed (to be: 0), {len(sent)} writes sent while only shown (to be: 0)")
    right = sum(number for (_, said), number in counts.items() if said == "right")
    return 0 if right == sum(counts.values()) and not sent else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("run_names: interrupted", file=sys.stderr) or 1)
