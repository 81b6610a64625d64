#!/usr/bin/env python3
"""Does the judge of example bodies add nothing, and see what is lacking? `python tests/agent/test_examples.py`."""
import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run_examples import example_of, of_this_system, tried
from standin.collections import BY_PATH
from standin.server import Api
from standin.world import world

WORLD = world()
HEADERS = {"authorization": "Basic eDp5", "clientid": "check"}
TICKET = BY_PATH["/service/tickets"]


class Telling:
    """A program that tells one example and sends what it is given."""

    def __init__(self, api, example):
        self.api, self.example = api, example

    def call(self, tool, arguments):
        if tool == "resolve_resource_metadata":
            return False, "", {"example": self.example}
        path = arguments["path"]
        for name, value in arguments["params"].items():
            path = path.replace(f"{{{name}}}", str(value))
        body = arguments["data"]
        if arguments["method"] == "PATCH":
            body = [{"op": "replace", "path": name, "value": value} for name, value in body.items()]
        status, _, answer = self.api.answer(arguments["method"], path, {}, json.dumps(body), HEADERS, "")
        return status >= 400, json.dumps(answer), answer


class Examples(unittest.TestCase):
    def test_references_are_exchanged_and_nothing_is_added(self):
        example = {"summary": "string", "board": {"name": "Any"}, "status": {"name": "Any"}, "company": {"id": 1},
                   "contact": {"id": 1}, "severity": "Low"}
        body = of_this_system(WORLD, TICKET, example)
        self.assertEqual(body.keys(), example.keys())
        self.assertEqual((body["summary"], body["severity"], body["status"]), ("string", "Low", {"id": 1}))
        self.assertEqual(WORLD.records["/company/contacts"][body["contact"]["id"]]["company"]["id"], body["company"]["id"])

    def test_an_example_is_found_in_each_form(self):
        flat = {"summary": "x"}
        for told in [{"request_body": {"example": flat}},
                     {"request": {"example": [{"op": "replace", "path": "summary", "value": "x"}]}}, {"call": {"data": flat}}]:
            self.assertEqual(example_of(told), flat)
        self.assertIsNone(example_of({"call": {"path": "/x"}}))

    def test_a_whole_example_is_accepted_and_a_lacking_one_is_not(self):
        whole = {"summary": "x", "company": {"name": "Any"}, "board": {"name": "Any"}}
        self.assertIsNone(tried(Telling(api := Api(WORLD.copy()), whole), api, TICKET, "POST"))
        self.assertIn("board is required",
                      tried(Telling(api := Api(WORLD.copy()), {"summary": "x", "company": {"id": 1}}), api, TICKET, "POST"))
        self.assertIsNone(tried(Telling(api := Api(WORLD.copy()), {"summary": "x"}), api, TICKET, "PATCH"))
        self.assertIn("nosuch", tried(Telling(api := Api(WORLD.copy()), {"nosuch": "x"}), api, TICKET, "PATCH"))
        self.assertIn("no example", tried(Telling(api := Api(WORLD.copy()), None), api, TICKET, "POST"))


if __name__ == "__main__":
    unittest.main()
