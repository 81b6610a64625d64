#!/usr/bin/env python3
"""Is the stand-in what it says? Each rule with a case that it takes and one that it refuses."""
import json
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from standin.collections import BY_PATH, CLOSED_BY, COLLECTIONS, REFERRED
from standin.schemas import members, type_at
from standin.server import serving
from standin.world import world

WORLD = world()
HEADERS = {"Authorization": "Basic eDp5", "clientId": "check"}


class StandIn(unittest.TestCase):
    def setUp(self):
        self.store = WORLD.copy()
        running = serving(self.store)
        self.api, self.url = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)

    def ask(self, method, path, body=None, headers=HEADERS, **query):
        """Status, Link header and JSON."""
        url = path if path.startswith("http") else f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            answer = opener.open(request)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
            return answer.status, answer.headers.get("Link", ""), json.loads(text) if text else None

    def rows(self, path, **query):
        status, _, rows = self.ask("GET", path, **{"pageSize": 1000, **query})
        self.assertEqual(status, 200, rows)
        return rows

    def refused(self, method, path, body=None, status=400, **query):
        """The body of a refusal; what it holds is judged by the caller."""
        got, _, answer = self.ask(method, path, body, **query)
        self.assertEqual(got, status, answer)
        self.assertLessEqual({"code", "message", "errors"}, answer.keys())
        return answer

    def set(self, path, wanted=200, **values):
        got, _, answer = self.ask("PATCH", path, [{"op": "replace", "path": name, "value": value} for name,
                                                  value in values.items()])
        self.assertEqual(got, wanted, answer)
        return answer


class Reads(StandIn):
    def test_filters_keep_what_plain_code_keeps(self):
        tickets = self.store.records["/service/tickets"].values()
        cases = {
            'company/name = "acme dental"': lambda t: t["company"]["name"] == "Acme Dental",
            "status/name in ('New', 'Assigned') and closedFlag = False": lambda t: t["status"]["name"] in ("New", "Assigned")
                 and not t["closedFlag"],
            'company/name contains "Acme" and (priority/id = 1 or priority/id = 2)':
                lambda t: "acme" in t["company"]["name"].lower() and t["priority"]["id"] < 3,
            'summary like "VPN*"': lambda t: t["summary"].startswith("VPN"),
            'summary not contains "e"': lambda t: "e" not in t["summary"].lower(),
            'not (closedFlag = true)': lambda t: not t["closedFlag"],
            "dateEntered > [2026-11-01T00:00:00Z]": lambda t: t["_info"]["dateEntered"] > "2026-11-01",
            "closedDate = null": lambda t: t.get("closedDate") is None,
            "id >= 49300": lambda t: t["id"] >= 49300,
        }
        for text, keeps in cases.items():
            wanted = {ticket["id"] for ticket in tickets if keeps(ticket)}
            self.assertTrue(0 < len(wanted) < len(tickets), text)
            got = {row["id"] for page in (1, 2) for row in self.rows("/service/tickets", conditions=text, page=page)}
            self.assertEqual(got, wanted, text)
            self.assertEqual(self.ask("GET", "/service/tickets/count", conditions=text)[2], {"count": len(wanted)})

    def test_filters_that_the_api_refuses(self):
        for text in ['nosuch = 1', 'company = "Acme"', 'types/name = "x"', 'summary = Acme', 'summary = "a" and', 'id = "5"',
                     'closedFlag = "no"',
                     'severity = "Huge"', 'dateEntered > "2026-11-01"', 'dateEntered > [soon]', '(id = 1', 'summary "x"',
                     'board/nosuch = "x"']:
            self.assertEqual(self.refused("GET", "/service/tickets", conditions=text)["code"], "ApiFindCondition", text)
        self.refused("GET", "/service/tickets", customFieldConditions='caption="x" AND value != null')

    def test_lists_within_records_are_asked_for_by_child_conditions(self):
        self.assertEqual({row["name"] for row in self.rows("/company/companies", childConditions='types/name = "Vendor"')},
                         {"Wholesale Components", "Datum Hardware"})
        self.refused("GET", "/company/companies", conditions='types/name = "Vendor"')
        self.refused("GET", "/company/companies", childConditions='name = "Acme"')

    def test_pages_are_linked_and_hold_each_record_once(self):
        status, link, rows = self.ask("GET", "/service/tickets", pageSize=500, orderBy="id desc", fields="id")
        found = rows[:]
        while 'rel="next"' in link:
            part = next(part for part in link.split(", ") if 'rel="next"' in part)
            _, link, rows = self.ask("GET", part[1:part.index(">")])
            found += rows
        self.assertEqual([row["id"] for row in found], sorted(self.store.records["/service/tickets"], reverse=True))
        self.assertIn('rel="first"', link)
        self.assertEqual(self.ask("GET", "/service/tickets", page=99, pageSize=500)[2], [])
        self.refused("GET", "/service/tickets", pageSize=1001)
        self.assertEqual(len(self.ask("GET", "/service/tickets")[2]), 25)
        self.refused("GET", "/service/tickets", orderBy="nosuch")

    def test_forward_only_pages(self):
        forward = {**HEADERS, "pagination-type": "forward-only"}
        _, link, rows = self.ask("GET", "/company/companies", headers=forward, pageSize=40)
        _, end, more = self.ask("GET", link[1:link.index(">")], headers=forward)
        self.assertEqual([row["id"] for row in rows + more], sorted(self.store.records["/company/companies"]))
        self.assertNotIn("next", end)
        self.assertEqual(self.ask("GET", "/company/companies", headers=forward, orderBy="id")[0], 400)

    def test_fields_cut_a_record_and_unknown_ones_are_passed_over(self):
        self.assertEqual(self.rows("/company/companies", conditions='name = "Litware"', fields="name,status/name,nosuch"),
                         [{"name": "Litware", "status": {"name": "Active"}}])

    def test_a_search_by_post_takes_filters_alone(self):
        status, _, rows = self.ask("POST", "/service/tickets/search", {"conditions": 'company/name = "Relecloud"'})
        self.assertTrue(status == 200 and rows and {row["company"]["name"] for row in rows} == {"Relecloud"})
        self.assertIn("FilterValues", self.refused("POST", "/service/tickets/search", {"page": 2})["message"])

    def test_lists_below_a_ticket_show_ids_alone(self):
        rows = self.rows("/service/tickets/48211/timeentries")
        self.assertEqual({row["id"] for row in rows},
                         {row["id"] for row in self.rows("/time/entries", conditions="ticket/id = 48211")})
        self.assertTrue(len(rows) == 3 and all(row.keys() == {"id"} for row in rows))
        self.assertEqual(self.ask("GET", "/service/tickets/48211/timeentries/count")[2], {"count": 3})

    def test_credentials_and_addresses(self):
        self.assertEqual(self.ask("GET", "/service/tickets", headers={"clientId": "check"})[0], 401)
        self.assertEqual(self.ask("GET", "/service/tickets", headers={"Authorization": "Basic eDp5"})[0], 401)
        for path in ["/service/nosuch", "/service/tickets/1", "/service/boards/99/statuses", "/service/boards/2/statuses/1"]:
            self.refused("GET", path, status=404)
        self.refused("PATCH", "/service/tickets", [], status=405)


class Writes(StandIn):
    def test_a_create_needs_what_the_server_needs(self):
        cases = {"/service/tickets": ({"summary": "x"}, {"company", "board"}),
                 "/time/entries": ({}, {"member", "chargeToId", "chargeToType", "timeStart", "timeEnd"}),
                 "/procurement/purchaseorders": ({}, {"vendorCompany"}),
                 "/sales/opportunities": ({"name": "x"}, {"company", "contact", "primarySalesRep"}),
                 "/schedule/entries": ({}, {"member", "type", "dateStart", "dateEnd"}),
                 "/company/contacts": ({"lastName": "x"}, {"firstName"})}
        for path, (body, wanted) in cases.items():
            errors = self.refused("POST", path, body)["errors"]
            self.assertEqual({error["field"] for error in errors}, wanted, path)
            self.assertEqual({(error["code"], error["resource"]) for error in errors},
                             {("MissingRequiredField", BY_PATH[path].noun)})

    def test_a_create_is_filled_in_and_stays(self):
        body = {"summary": "x", "company": {"identifier": "litware"}, "board": {"name": "Alerts"}, "closedFlag": True, "id": 7}
        status, _, made = self.ask("POST", "/service/tickets", body)
        self.assertEqual((status, made["status"]["name"], made["closedFlag"], made["company"]["name"]),
                         (201, "Received", False, "Litware"))
        self.assertEqual(self.ask("GET", f"/service/tickets/{made['id']}")[2]["summary"], "x")

    def test_unknown_and_misplaced_references_are_refused(self):
        base = {"summary": "x", "company": {"id": 1}, "board": {"id": 1}}
        contact = next(row["id"] for row in self.store.records["/company/contacts"].values() if row["company"]["id"] == 2)
        for wrong in [{"company": {"id": 9999}}, {"company": {"name": "Litware"}}, {"status": {"name": "Received"}},
                      {"status": {"id": 20}},
                      {"contact": {"id": contact}}, {"owner": {"name": "Dana Lee"}}, {"priority": {"name": "Critical"}},
                      {"company": "Litware"},
                      {"sla": {"id": 1}}]:
            self.assertEqual(self.refused("POST", "/service/tickets", {**base, **wrong})["errors"][0]["field"], *wrong)
        self.assertIn("Could not find member", self.refused("POST", "/service/tickets", {**base, "nosuch": 1})["message"])
        self.assertEqual(len(self.store.records["/service/tickets"]), 1400)

    def test_a_patch_is_an_array_and_keeps_to_its_boards_statuses(self):
        self.assertIn("JSON array", self.refused("PATCH", "/service/tickets/48240", {"status": {"name": "Closed"}})["message"])
        self.set("/service/tickets/48240", 400, status={"name": "Cleared"})
        self.set("/service/tickets/48240", 400, nosuch=1)
        closed = self.set("/service/tickets/48240", status={"name": "Closed"})
        self.assertTrue(closed["closedFlag"] and closed["closedDate"])
        reopened = self.set("/service/tickets/48240", status={"name": "New"})
        self.assertTrue(not reopened["closedFlag"] and "closedDate" not in reopened)

    def test_a_change_leaves_alone_what_it_does_not_speak_of(self):
        before = self.ask("GET", "/service/tickets/48240")[2]
        after = self.set("/service/tickets/48240", summary="x")
        self.assertEqual({name for name in before | after if before.get(name) != after.get(name)}, {"summary", "_info"})

    def test_a_patch_of_a_sub_path_says_yes_and_changes_nothing(self):
        self.assertEqual(self.set("/service/tickets/48240", **{"company/identifier": "litware"})["company"]["name"], "VanArsdel")

    def test_a_moved_ticket_gets_the_new_boards_default(self):
        self.assertEqual(self.set("/service/tickets/48243", board={"name": "Network Operations"})["status"]["name"], "New")
        board = BY_PATH["/service/boards/{parentId}/statuses"].path
        self.assertEqual(self.store.records[board][self.store.records["/service/tickets"][48243]["status"]["id"]]["board"]["name"],
                         "Network Operations")

    def test_a_put_empties_what_it_does_not_have(self):
        before = self.ask("GET", "/company/companies/5")[2]
        status, _, after = self.ask("PUT", "/company/companies/5", {"identifier": before["identifier"], "name": "Acme II"})
        self.assertEqual((status, after["name"], after["id"]), (200, "Acme II", 5))
        self.assertTrue("phoneNumber" in before and "phoneNumber" not in after)
        self.refused("PUT", "/company/companies/5", {"name": "Acme III"})

    def test_a_delete_is_refused_while_the_record_is_used(self):
        self.assertIn("uses it", self.refused("DELETE", "/company/companies/1")["message"])
        self.assertEqual(self.ask("DELETE", "/time/entries/9105")[0], 204)
        self.refused("GET", "/time/entries/9105", status=404)
        self.refused("DELETE", "/system/members/3", status=405)

    def test_the_rules_of_single_collections(self):
        self.assertIn("where to display", str(self.refused("POST", "/service/tickets/48220/notes", {"text": "x"})))
        self.assertEqual(self.ask("POST", "/service/tickets/48220/notes", {"text": "x", "resolutionFlag": True})[2]["ticketId"],
                         48220)
        self.assertEqual(self.refused("POST", "/company/companies", {"identifier": "LITWARE", "name": "x"}, 409)["code"],
                         "ObjectExists")
        self.refused("PATCH", "/finance/invoices/1", [], 403)
        entry = {"member": {"identifier": "dlee"}, "chargeToId": 48240, "chargeToType": "ServiceTicket",
                 "timeStart": "2026-11-27T09:00:00Z"}
        self.refused("POST", "/time/entries", {**entry, "timeEnd": "2026-11-27T08:00:00Z"})
        self.refused("POST", "/time/entries", {**entry, "chargeToId": 1, "actualHours": 1})
        made = self.ask("POST", "/time/entries", {**entry, "timeEnd": "2026-11-27T10:30:00Z", "actualHours": 9})[2]
        self.assertEqual((made["actualHours"], made["company"]["name"]), (1.5, "VanArsdel"))
        self.assertEqual(self.store.records["/service/tickets"][48240]["actualHours"], 1.5)


class World(unittest.TestCase):
    def test_it_is_the_same_each_time_and_of_the_size_of_a_real_one(self):
        self.assertEqual(world().records, WORLD.records)
        counts = {path: len(WORLD.records[path]) for path in ("/service/tickets", "/system/members")}
        self.assertEqual(counts, {"/service/tickets": 1400, "/system/members": 25})
        self.assertGreaterEqual(len(WORLD.records["/company/companies"]), 60)

    def test_every_record_has_members_that_its_schema_has_and_refers_to_records_that_there_are(self):
        for collection in COLLECTIONS:
            self.assertTrue(WORLD.records[collection.path], collection.path)
            for record in WORLD.records[collection.path].values():
                self.assertLessEqual(set(record) - {"_info"}, set(members(collection.schema)), collection.path)
                for name, type_ in members(collection.schema).items():
                    if type_.kind == "ref" and type_.schema in REFERRED and record.get(name):
                        target = WORLD.records[REFERRED[type_.schema]].get(record[name]["id"])
                        self.assertEqual(record[name], WORLD.reference(type_.schema, target),
                                         f"{collection.path} {record['id']} {name}")

    def test_the_tables_name_members_that_there_are(self):
        for collection in COLLECTIONS:
            names = [*collection.fixed, *collection.only_new, *(name for need in collection.needs for name in need.split("|")),
                     *collection.scopes,
                     *([collection.parent] if collection.parent else [])]
            for name in names:
                self.assertIsNotNone(type_at(collection.schema, name), f"{collection.path} {name}")
        self.assertLessEqual(set(REFERRED.values()) | set(CLOSED_BY), set(BY_PATH))


if __name__ == "__main__":
    unittest.main()
