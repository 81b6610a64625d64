#!/usr/bin/env python3
"""Does the agent follow what a refusal names, and nothing else? `python tests/agent/test_steps.py`."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agent import table
from steps import next_step

CHANGE = {"path": "/x/{id}", "method": "PATCH", "params": {"id": 5}, "data": {"owner": {"name": "Sam Taylor"}, "status": "Closed"}}
PEOPLE = [{"id": 8, "firstName": "Sam", "lastName": "Taylor"}, {"id": 9, "firstName": "Sam", "lastName": "Taylorson"}]


class Looking:
    """What of an agent looks a list up."""

    def __init__(self, rows):
        self.found, self.asked = rows, []

    def dispatch(self, call, **more):
        self.asked.append((call["path"], call["params"]))
        return False, "", {"result": self.found}

    def rows(self, answer, _):
        return table(answer["result"])


class Steps(unittest.TestCase):
    def test_a_ready_call_is_taken_before_all_else(self):
        ready = {"path": "/x/{id}", "data": {"status": {"id": 2}}}
        self.assertEqual(next_step(CHANGE, "- data.status: no\n  offered: 1", {"fix": {"call": ready}}, Looking([]))["data"], ready["data"])

    def test_an_offered_value_replaces_the_wrong_one_and_several_are_not_chosen_among(self):
        one = 'nothing was sent\n- data.status: "Closed" is no object\n  offered: {"name":"Closed"}'
        self.assertEqual(next_step(CHANGE, one, None, Looking([]))["data"]["status"], {"name": "Closed"})
        self.assertIsNone(next_step(CHANGE, one + ' | {"id":1}', None, Looking([])))
        self.assertIsNone(next_step(CHANGE, "- data.nosuch: no\n  offered: 1", None, Looking([])))

    def test_an_offered_filter_is_taken_and_one_of_another_parameter_is_added_there(self):
        list_ = {"path": "/x", "method": "GET", "params": {"where": "a = 1", "company": "Acme"}}
        wrong = '- params.company: no parameter\n  Filter by it, `where`: `company/name = "Acme"`.\n  offered: company/name = "Acme"'
        self.assertEqual(next_step(list_, wrong, None, Looking([]))["params"], {"where": 'a = 1 and company/name = "Acme"'})
        named = "- params.where: no field `b`\n  offered: a | a = 1"
        self.assertEqual(next_step({**list_, "params": {"where": "b = 1"}}, named, None, Looking([]))["params"], {"where": "a = 1"})

    def test_a_number_is_looked_up_in_the_list_that_is_named_where_one_is_called_so(self):
        told = "answered 400: `owner` of x needs an id. What `owner` may be is listed by GET /people"
        looking = Looking(PEOPLE)
        self.assertEqual(next_step(CHANGE, told, None, looking)["data"]["owner"], {"id": 8})
        self.assertEqual(looking.asked, [("/people", {})])
        self.assertIsNone(next_step(CHANGE, told, None, Looking(PEOPLE + [{**PEOPLE[0], "id": 10}])))
        path = {**CHANGE, "params": {"id": "Sam Taylor"}}
        offered = "- params.id: no number\n  offered: GET /people with where=lastName = 'Taylor'"
        self.assertEqual(next_step(path, offered, None, looking)["params"], {"id": 8})
        self.assertEqual(looking.asked[1], ("/people", {"where": "lastName = 'Taylor'"}))

    def test_a_refusal_that_names_nothing_is_the_end(self):
        self.assertIsNone(next_step(CHANGE, "answered 500: try later", None, Looking([])))


if __name__ == "__main__":
    unittest.main()
