#!/usr/bin/env python3
"""Lets the scripted agent do an MSP's tasks through the program, over MCP, against the stand-in, and reports what it cost.

    tests/agent/run.py                              target/release/cw-orchestrator, all tasks
    tests/agent/run.py --program FILE --task ID --trace

One line a task: was the first call right, is it solved, how many calls, how many characters were read, how many records were
changed that should not have been. Then the totals beside what they are to be. Exit code: 0 all of that is reached, 1 not, 2 the
program did not run.
"""
import sys

if sys.version_info < (3, 11):
    print("run: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0], file=sys.stderr)
    sys.exit(2)

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from agent import Agent
from client import Broken, Server
from judge import ended, right_answer
from standin.server import serving
from standin.world import world

ROOT = HERE.parent.parent
SETTINGS = {"CONNECTWISE_COMPANY_ID": "harbor", "CONNECTWISE_PUBLIC_KEY": "public", "CONNECTWISE_PRIVATE_KEY": "private",
            "CONNECTWISE_CLIENT_ID": "00000000-0000-4000-8000-000000000001"}
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = TARGET / "release" / ("cw-orchestrator.exe" if os.name == "nt" else "cw-orchestrator")
MODELS = ROOT / "models"
# Of 30 tasks: what the totals are to be.
FIRST, SOLVED, IN_THREE, CALLS, CHARACTERS = 24, 28, 27, 2, 5000


def judged(task, outcome, before, after):
    """A task's figures."""
    if "answer" in task:
        holds, wrong = right_answer(before, task["answer"], outcome.value), ended(before, after, {})[1]
    else:
        holds, wrong = ended(before, after, task["end"])
    return {"id": task["id"], "first": outcome.first in task["first"],
            "in_three": any(hit in task["first"] for hit in outcome.hits[:3]),
            "solved": holds and not wrong, "calls": outcome.calls, "characters": outcome.characters, "wrong": len(wrong),
            "lost": outcome.lost, "first_call": outcome.first,
            "wrong_records": [f"{kind} {path} {number} {' '.join(names)}" for kind, path, number, names in wrong]}


def done(server, api, before, task, takes_right):
    api.store = before.copy()
    outcome = Agent(server, takes_right).do(task)
    return judged(task, outcome, before, api.store), outcome


def line(figures):
    word = lambda yes: "yes" if yes else "no"
    told = figures["lost"] or ("" if figures["solved"] else "another answer or end than was wanted")
    return (f"{figures['id']:20} first {word(figures['first']):3}  solved {word(figures['solved']):3}  {figures['calls']:2} calls  "
            f"{figures['characters']:6} characters  {figures['wrong']} wrong  {' '.join(told.split())[:150]}").rstrip()


def totals(rows):
    """Each with its name, its value as text, what it is to be, and whether it is."""
    count = lambda name: sum(row[name] for row in rows)
    calls, characters = (statistics.median(row[name] for row in rows) for name in ("calls", "characters"))
    share = lambda wanted: wanted * len(rows) / 30
    return [("first call right", f"{count('first')} of {len(rows)}", f"{FIRST} of 30", count("first") >= share(FIRST)),
            ("right in the first three hits", f"{count('in_three')} of {len(rows)}", f"{IN_THREE} of 30",
             count("in_three") >= share(IN_THREE)),
            ("solved", f"{count('solved')} of {len(rows)}", f"{SOLVED} of 30", count("solved") >= share(SOLVED)),
            ("calls, median", f"{calls:g}", f"{CALLS}", calls <= CALLS),
            ("characters read, median", f"{characters:,.0f}", f"{CHARACTERS:,}", characters <= CHARACTERS),
            ("wrong records changed", str(count("wrong")), "0", count("wrong") == 0)]


def main():
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--home", type=Path, help="a home that is kept, with its index, for repeated runs")
    parser.add_argument("--task", action="append", help="only this one; may be given again")
    parser.add_argument("--right", action="store_true",
                        help="take a right hit, wherever it stands: shows what answers lack beside the ranking")
    parser.add_argument("--trace", action="store_true", help="also show each call and the beginning of its answer")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write each task's figures there, a line of JSON each")
    arguments = parser.parse_args()
    tasks = [json.loads(text) for text in (HERE / "tasks.jsonl").read_text(encoding="utf-8").splitlines()]
    tasks = [task for task in tasks if not arguments.task or task["id"] in arguments.task]
    if not tasks:
        parser.error(f"no task is called {' or '.join(arguments.task)}; tests/agent/tasks.jsonl has their names")
    before, rows = world(), []
    try:
        with tempfile.TemporaryDirectory() as home, serving(before.copy()) as (api, url):
            with Server(arguments.program, Path(arguments.home or home), arguments.models,
                        {**SETTINGS, "CONNECTWISE_API_URL": url}) as server:
                said = len(server.instructions) + len(json.dumps(list(server.tools.values())))
                print(f"tools and instructions: {said} characters, read once and not counted below")
                for task in tasks:
                    figures, outcome = done(server, api, before, task, arguments.right)
                    rows.append(figures)
                    print(line(figures), flush=True)
                    for tool, given, is_error, text in outcome.trace if arguments.trace else []:
                        print(f"    {tool} {json.dumps(given)}\n        {'refused: ' if is_error else ''}{text}")
                    for record in figures["wrong_records"]:
                        print(f"    WRONG {record}")
    except Broken as broken:
        print(f"run: {broken}", file=sys.stderr)
        return 2
    if arguments.report:
        arguments.report.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    print()
    for name, value, wanted, is_reached in totals(rows):
        print(f"{'ok' if is_reached else 'short':6} {name:30} {value:>10}   (to be: {wanted})")
    return 0 if all(is_reached for *_, is_reached in totals(rows)) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(print("run: interrupted", file=sys.stderr) or 1)
