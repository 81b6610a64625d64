#!/usr/bin/env python3
"""Are the names of `names.jsonl` judged by one rule, and does the judge see a guess? `python tests/agent/test_names.py`."""
import sys
import unittest
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from naming import has_words, outcome, within
from run_names import OUTCOMES, carrier, names_of, verdict
from standin.server import Api
from standin.world import world

WORLD = world()
ROWS = names_of(HERE / "names.jsonl")


def row_of(kind, name, **scope):
    return next(row for row in ROWS if row["kind"] == kind and row["name"] == name and row.get("within", {}) == scope)


def shown(**fields):
    """What a dry run of a change shows."""
    return {"request": {"body": [{"op": "replace", "path": name, "value": value} for name, value in fields.items()]}}


class Data(unittest.TestCase):
    def test_each_row_is_what_the_rule_makes_of_the_records(self):
        for row in ROWS:
            word, numbers = outcome(WORLD, row)
            self.assertEqual([key for key in OUTCOMES if key in row], [word], row)
            self.assertEqual(row[word], numbers if word == "many" else numbers[0] if numbers else True, row)
            known = {record["id"] for record in within(WORLD, row)[1]}
            self.assertLessEqual(set(row.get("near", [])), known, row)

    def test_there_are_two_hundred_and_some_of_each_kind_and_outcome(self):
        self.assertEqual((len(ROWS), len({str(sorted(row.items(), key=str)) for row in ROWS})), (200, 200))
        self.assertGreaterEqual(min(Counter(row["kind"] for row in ROWS).values()), 15)
        self.assertGreaterEqual(min(Counter(word for row in ROWS for word in OUTCOMES if word in row).values()), 20)

    def test_each_has_a_write_to_stand_in(self):
        for row in ROWS:
            self.assertEqual([value for value in carrier(WORLD, row)["data"].values() if value == row["name"]], [row["name"]])


class Verdict(unittest.TestCase):
    def test_a_taken_record_is_right_alone_where_it_is_the_one_that_is_meant(self):
        row = row_of("company", "Contoso Ltd.")
        self.assertEqual(verdict(WORLD, row, False, "", shown(company={"id": 10})), "right")
        self.assertEqual(verdict(WORLD, row, False, "", shown(company={"id": 9})), "guessed")
        self.assertEqual(verdict(WORLD, row, False, "", shown(company={"name": "Contoso Ltd."})), "not taken")
        self.assertEqual(verdict(WORLD, row, True, "no object", None), "not taken")
        self.assertEqual(verdict(WORLD, row_of("company", "Acme Corp"), False, "", shown(company={"id": 6})), "right")
        self.assertEqual(verdict(WORLD, row_of("company", "Globex"), False, "", shown(company={"id": 6})), "guessed")

    def test_a_question_names_every_candidate(self):
        row = row_of("member", "John Smith")
        self.assertEqual(verdict(WORLD, row, True, "jsmith (John Smith), jsmith2 (John Smith)", None), "right")
        self.assertEqual(verdict(WORLD, row, True, "John Smith (id 5), John Smith (id 6)", None), "right")
        self.assertEqual(verdict(WORLD, row, True, "jsmith or another", None), "candidates not told")
        self.assertEqual(verdict(WORLD, row, False, "", shown(owner={"id": 5})), "guessed")
        self.assertEqual(verdict(WORLD, row, False, "", shown(owner="John Smith")), "passed on as it is")

    def test_of_a_name_that_nothing_has_the_nearest_is_told(self):
        row = row_of("board", "Network Ops")
        self.assertEqual(verdict(WORLD, row, True, "nearest: Network Operations (id 3)", None), "right")
        self.assertEqual(verdict(WORLD, row, True, "there is none", None), "candidates not told")

    def test_words_are_whole_words_in_a_row(self):
        self.assertTrue(has_words("Acme Dental - Northside", "dental northside"))
        self.assertFalse(has_words("Sam Taylorson", "taylor") or has_words("Coho Vineyard & Winery",
                                                                           "coho winery") or has_words("Acme", ""))

    def test_a_status_is_judged_on_the_board_of_a_ticket_that_is_there(self):
        call = carrier(WORLD, row_of("status", "Done", board="Onsite Visits"))
        ticket = WORLD.records["/service/tickets"][call["params"]["id"]]
        self.assertEqual(ticket["board"]["name"], "Onsite Visits")
        status, _, _ = Api(WORLD).answer("GET", f"/service/tickets/{ticket['id']}", {}, "",
                                         {"authorization": "Basic eDp5", "clientid": "x"}, "")
        self.assertEqual(status, 200)


if __name__ == "__main__":
    unittest.main()
