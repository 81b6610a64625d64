#!/usr/bin/env python3
"""Can the test bed be passed, and does it fail what is wrong? `python tests/agent/test_agent.py`."""
import ast
import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from agent import Agent, groups, number_at
from filling import Filling, best
from ideal import Ideal
from judge import chosen, ended, right_answer
from reading import Field, fields, words
from run import judged, totals
from standin.collections import BY_PATH
from standin.schemas import _all, members
from standin.server import Api
from standin.world import world

TASKS = [json.loads(line) for line in (HERE / "tasks.jsonl").read_text(encoding="utf-8").splitlines()]
WORLD = world()


def outcome_of(task, program=Ideal):
    api = Api(WORLD.copy())
    outcome = Agent(program(api, TASKS)).do(task)
    return judged(task, outcome, WORLD, api.store), outcome


class Bed(unittest.TestCase):
    def test_answers_that_leave_nothing_to_ask_reach_every_target(self):
        rows = []
        for task in TASKS:
            figures, outcome = outcome_of(task)
            said = outcome.lost or str(outcome.value)[:200]
            self.assertTrue(figures["solved"], f"{task['id']}: {said} {figures['wrong_records']} {outcome.trace[-1][1]}")
            rows.append(figures)
        self.assertEqual([name for name, _, _, is_reached in totals(rows) if not is_reached], [])

    def test_a_program_that_finds_the_wrong_operation_is_seen(self):
        class Astray(Ideal):
            def search(self, query):
                return {"hits": [{"method": "GET", "path": "/project/tickets",
                                  "call": {"path": "/project/tickets", "method": "GET"}, "conditions": ["summary: string"]}]}
        self.assertEqual([task["id"] for task in TASKS if outcome_of(task, Astray)[0]["solved"]], [])

    def test_a_program_that_changes_the_wrong_record_is_seen(self):
        class Next(Ideal):
            def number(self, path, name):
                return super().number(path, name) + 1
        for name in ["close-ticket", "assign-ticket", "change-phone", "new-ticket", "delete-time"]:
            figures, _ = outcome_of(next(task for task in TASKS if task["id"] == name), Next)
            self.assertFalse(figures["solved"], name)
            self.assertTrue(figures["wrong"] or figures["lost"], name)

    def test_the_totals_say_what_is_short(self):
        good = {"first": True, "in_three": True, "solved": True, "calls": 2, "characters": 4000, "wrong": 0}
        self.assertTrue(all(is_reached for *_, is_reached in totals([good] * 30)))
        bad = [good] * 23 + [{**good, "first": False, "solved": False, "wrong": 1}] * 7
        self.assertEqual([name for name, _, _, is_reached in totals(bad) if not is_reached],
                         ["first call right", "solved", "wrong records changed"])


class Tasks(unittest.TestCase):
    def test_each_has_operations_of_the_stand_in_and_an_end_that_is_not_there_yet(self):
        self.assertEqual((len(TASKS), len({task["id"] for task in TASKS})), (30, 30))
        for task in TASKS:
            path = task["first"][0].split()[1].removesuffix("/count").removesuffix("/{id}")
            self.assertIn(path, BY_PATH, task["id"])
            self.assertNotEqual("answer" in task, "end" in task, task["id"])
            if "end" in task:
                self.assertFalse(ended(WORLD, WORLD, task["end"])[0], task["id"])
                for change in task["end"].get("changed", []):
                    self.assertEqual(len(chosen(WORLD, change)), 1, task["id"])

    def test_no_answer_is_that_of_all_records_or_of_none(self):
        for task in TASKS:
            if "answer" in task:
                found = len(chosen(WORLD, task["answer"]))
                self.assertTrue(0 < found < len(WORLD.records[task["answer"]["in"]]), task["id"])
                for value in ([], 0, None, [{"id": 1}], 3.25, [["Acme", 1]]):
                    self.assertFalse(right_answer(WORLD, task["answer"], value), task["id"])

    def test_a_change_beside_the_wanted_one_is_counted(self):
        end = {"changed": [{"in": "/service/tickets", "id": 48240, "to": {"status/name": "Closed"}}]}
        after = WORLD.copy()
        after.records["/service/tickets"][48240]["status"] = {"id": 8, "name": "Closed"}
        self.assertEqual(ended(WORLD, after, end), (True, []))
        after.records["/service/tickets"][48240]["summary"] = "x"
        self.assertEqual(len(ended(WORLD, after, end)[1]), 1)
        del after.records["/company/contacts"][1]
        after.add("/service/priorities", {"name": "x"})
        self.assertEqual({kind for kind, *_ in ended(WORLD, after, end)[1]}, {"changed", "gone", "made"})


class Script(unittest.TestCase):
    def test_it_knows_no_name_of_the_api(self):
        # Names that all REST APIs have, and what tools and answers of this program are called by.
        common = {"id", "name", "identifier", "summary", "description", "type", "path", "status", "value", "text", "result",
                  "fields", "count", "sum", "method", "limit", "date", "answer", "reference", "inactive"}
        own = {name for schema in _all() for name in members(schema)} - common
        for file in ["agent.py", "filling.py", "steps.py", "reading.py"]:
            tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
            told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            constants = {node.value for node in ast.walk(tree)
                         if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told}
            self.assertEqual({text for text in constants if text in own or "/service" in text or "/company" in text}, set(), file)

    def test_numbers_and_groups_are_found_in_each_form(self):
        for answer in [{"count": 3}, {"result": {"count": 3}}, {"sum": {"count": {"hours": 3}}}, {"result": [{"count": 3}]}]:
            self.assertEqual(number_at(answer, "count"), 3, answer)
        self.assertIsNone(number_at({"count": True, "counts": 3}, "count"))
        for answer in [{"groups": [{"group": "Acme", "count": 3}]}, {"result": [{"company/name": "Acme", "count": 3}]},
                       {"groups": {"Acme": 3}},
                       {"result": {"columns": ["company/name", "count"], "rows": [["Acme", 3]]}}]:
            self.assertEqual(groups(answer, 5), [("Acme", 3)], answer)

    def test_a_persons_word_finds_its_field_or_none(self):
        known = [Field(path, f"{path}: string", "body")
                 for path in ["mobileGuid", "siteName", "contactPhoneNumber", "phoneNumber", "closedFlag", "owner"]]
        known.append(Field("objectId", "objectId: integer, the ticket or activity that it is for", "body"))
        for word, wanted in {"phone number": "phoneNumber", "owner": "owner", "closed": "closedFlag", "ticket": "objectId",
                             "colour": None, "guide": None}.items():
            found = best(word, known)
            self.assertEqual(found and found.path, wanted, word)
        self.assertEqual(words("warrantyExpirationDate of statuses"), ["warranty", "expiration", "date", "of", "status"])

    def test_a_filter_is_made_of_what_is_named_and_of_nothing_else(self):
        known = [Field(path, text, "filter") for path,
                 text in [("company/name", "string"), ("company/id", "integer"), ("closedFlag", "boolean"),
                          ("dateEntered", "date")]]
        known.append(Field("conditions", "string", "parameter"))
        made = lambda texts, named, **params: Filling({"path": "/x", "params": params}, named, known, texts)
        filling = made("", {"company": "Acme", "open": True, "entered": {"from": "2026-09-01"}, "colour": "red"})
        filling.filter()
        self.assertEqual(filling.call["params"],
                         {"conditions": 'company/name = "Acme" and closedFlag = False and dateEntered >= "2026-09-01"'})
        self.assertEqual(filling.left, {"colour": "red"})
        filling = made("such as [2026-01-31]", {"entered": {"before": "2026-09-01"}, "company": 7})
        filling.filter()
        self.assertEqual(filling.call["params"], {"conditions": "dateEntered < [2026-09-01] and company/id = 7"})
        filling = made("", {"company": "Acme", "open": True}, conditions='closedFlag = False and company/name = "Acme"')
        filling.filter()
        self.assertEqual(filling.call["params"], {"conditions": 'closedFlag = False and company/name = "Acme"'})

    def test_forms_of_many_kinds_are_read(self):
        wanted = {"company", "company/name", "start"}
        for form in [{"fields": ["company -> companies {id, name}", "start * string (date-time)"]},
                     "company -> companies {id, name}\nstart: date",
                     {"company": "-> companies {id, name}", "start": "date, required"},
                     {"schema": {"properties": {"company": {"type": "object", "properties": {"name": {"type": "string"}}},
                                                "start": {"type": "string"}}}}]:
            self.assertLessEqual(wanted, {field.path for field in fields(form)}, form)
        kinds = {"filters": {"references, by /name or /id": "board -> /boards; company {id, identifier, name} -> /companies; and 3 more: part: filters",
                             "choices": "severity: Low | High", "dates": "dateEntered, closedDate", "flags": "closedFlag"},
                 "required": {"text": "summary"}}
        told = {(field.path, field.use) for field in fields(kinds)}
        self.assertEqual({path for path, use in told if use == "filter"},
                         {"board", "board/id", "board/name", "company", "company/id", "company/identifier", "company/name",
                          "severity", "dateEntered",
                          "closedDate", "closedFlag"})
        self.assertIn(("summary", "body"), told)
        self.assertEqual([field.path for field in fields(["board = {id, name} -> GET /boards", "start* = date"])],
                         ["board", "board/id", "board/name", "start"])
        self.assertEqual(fields({"summary": "Get List of Ticket", "why": {"keyword": 3.5}, "path": "/a", "rank": 1}), [])


if __name__ == "__main__":
    unittest.main()
