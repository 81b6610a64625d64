"""An agent that knows nothing but what the answers say.

It searches with the task's own words, takes the first hit's ready call, fills in what the task names, and sends it. Where hit and
instructions do not say which fields there are it looks at the operation once, as the instructions tell it to; of a refusal it
follows the one next step that the refusal names.
"""
import json
from dataclasses import dataclass, field

from filling import PLACEHOLDER, Filling, best
from reading import fields, shown_values
from steps import next_step

SEARCH, DESCRIBE = "semantic_endpoint_locator", "resolve_resource_metadata"
DISPATCH, STORED = "dispatch_api_operation", "read_stored_result"
MOST_CALLS = 30  # of one task: a loop that does not end is a failure


class Lost(Exception):
    """The answers do not say how to go on: one line that says at what."""


@dataclass
class Outcome:
    """What came of a task."""

    first: str = ""  # method and path of the first call
    hits: list = field(default_factory=list)  # the operations that the first search found
    calls: int = 0
    characters: int = 0
    value: object = None  # what was found out
    lost: str = ""  # why it went no further
    trace: list = field(default_factory=list)  # tool, arguments, whether it was an error, the answer's beginning


class Agent:
    def __init__(self, server, takes_right=False):
        self.server = server
        # A right hit of the first search, wherever it stands: what do answers lack beside the ranking?
        self.takes_right = takes_right

    def do(self, task):
        self.right = task["first"] if self.takes_right else []
        self.outcome, self.texts = Outcome(), self.server.instructions
        try:
            if "find" in task:
                self.several(task)
            else:
                self.single(task)
        except Lost as lost:
            self.outcome.lost = str(lost)
        return self.outcome

    def takes(self, name, tool=DISPATCH):
        return name in self.server.tools[tool]["inputSchema"]["properties"]

    def use(self, tool, arguments):
        if self.outcome.calls >= MOST_CALLS:
            raise Lost(f"{MOST_CALLS} calls were not enough")
        is_error, text, answer = self.server.call(tool, arguments)
        self.outcome.calls += 1
        self.outcome.characters += len(text)
        self.outcome.trace.append((tool, arguments, is_error, text[:1500]))
        self.texts += text
        if answer is None and text[:1] in "{[":
            answer = json.loads(text)
        return is_error, text, answer

    def search(self, words):
        """The first hit, and what the answer tells of its fields."""
        is_error, text, answer = self.use(SEARCH, {"query": words})
        hits = (answer or {}).get("hits") or []
        if is_error or not hits:
            raise Lost(f"nothing was found: {text[:120]}")
        operations = [f"{hit['method']} {hit['path']}" for hit in hits]
        if not self.outcome.first:
            self.outcome.first, self.outcome.hits = operations[0], operations
        taken = next((hit for hit in hits if f"{hit['method']} {hit['path']}" in self.right), hits[0])
        told = {key: value for key, value in answer.items() if key not in ("hits", "query")}
        return taken, fields({**{key: value for key, value in taken.items() if key != "why"}, **told})

    def fill(self, hit, known, named):
        """The hit's call with what is named; the operation is looked at where nothing was told of fields that are still wanted."""
        filling = Filling(hit["call"], named, known, self.texts)
        if not known and filling.left:
            is_error, text, answer = self.use(DESCRIBE, {"path": hit["path"], "method": hit["method"]})
            if is_error:
                raise Lost(f"the operation cannot be described: {text[:120]}")
            filling = Filling(hit["call"], named, fields(answer if answer is not None else text), self.texts)
        return filling

    def single(self, task):
        hit, known = self.search(task["request"])
        filling = self.fill(hit, known, task["named"])
        want = task.get("want")
        if want and hit["method"] == "GET":
            if want == "count" and isinstance(hit.get("count"), str):
                filling.call["path"] = hit["count"]
            filling.filter()
            self.outcome.value = self.read(filling, want)
        elif not want and hit["method"] != "GET" and not hit["path"].endswith("/search"):
            if hit["method"] != "DELETE":
                filling.body()
            self.send(filling.call, filling)
        else:
            raise Lost(f"the first hit is no {'read' if want else 'write'}")

    def several(self, task):
        """A change of the records that a filter finds, from whichever end the first hit begins."""
        hit, known = self.search(task["request"])
        find, do = task["find"], task["do"]
        write = (hit, known) if hit["method"] in ("PATCH", "PUT") else None
        if write:
            hit, known = self.search(find["say"])
        if hit["method"] != "GET":
            raise Lost("no list was found")
        filling = self.fill(hit, known, find["named"])
        filling.filter()
        rows = self.read(filling, "rows")
        numbers = [row.get("id") for row in rows if isinstance(row, dict)]
        if not numbers:
            raise Lost("no record was found")
        write_hit, write_known = write or self.search(do["say"])
        if write_hit["method"] not in ("PATCH", "PUT"):
            raise Lost("no change was found")
        if self.takes("for_each") and len(numbers) > 1:
            filling = self.fill(write_hit, write_known, do["named"])
            filling.body()
            self.send(filling.call, filling, for_each=numbers)
            return
        described = None
        for number in numbers:
            named = {do["each"]: number, **do["named"]}
            # From the second record on the operation has been looked at.
            filling = self.fill(write_hit, described or write_known, named)
            described = filling.known
            filling.body()
            self.send(filling.call, filling)

    def send(self, call, filling, **more):
        """Sends a call and, where it is refused or to be confirmed, the one that the answer names next."""
        is_error, text, answer = self.dispatch(call, **more)
        if not is_error and not (answer or {}).get("confirmation"):
            return answer
        if not is_error:
            more["confirmation"] = answer["confirmation"]
        else:
            call = next_step(call, text, answer, self)
            if call is None:
                left = ", ".join(filling.missing()) if filling else ""
                raise Lost(f"refused, and no next step: {left} {text[:300]}")
        is_error, text, answer = self.dispatch(call, **more)
        if is_error or (answer or {}).get("confirmation"):
            raise Lost(f"refused again: {text[:300]}")
        return answer

    def dispatch(self, call, **more):
        left = {name: value for name, value in (call.get("params") or {}).items() if not PLACEHOLDER.match(str(value))}
        call = {**call, "params": left}
        arguments = {name: call[name] for name in ("path", "method", "params", "data", "api") if call.get(name) not in (None, {})}
        return self.use(DISPATCH, {**arguments, **more})

    def read(self, filling, want):
        """What is wanted of a list: rows, a number, or the largest groups."""
        call, more = filling.call, {}
        is_count = call["path"].endswith("/count")
        word = want.get("sum") or want.get("by") if isinstance(want, dict) else None
        column = self.column(word, filling)
        if want == "count" and not is_count and self.takes("count"):
            more["count"] = True
        elif word and "sum" in want and self.takes("sum") and column:
            more["sum"] = column
        elif word and "top" in want and self.takes("group_by") and column:
            more.update(group_by=column, count=True, top=want["top"])
        elif not is_count and not filling.missing() and "{id}" not in call["path"]:
            more["all_pages"] = True
            short = "id" if want == "count" else column
            if short and self.takes("fields"):
                more["fields"] = [short]
            elif short and any(field.path == "fields" for field in filling.known):
                call["params"]["fields"] = short
        answer = self.send(call, filling, **more)
        if is_count and not more:
            return number_at(answer.get("result"), "count")
        for name in ("sum", "count"):
            if name in more and "group_by" not in more:
                return number_at(answer, name)
        if "group_by" in more:
            return groups(answer, want["top"])
        return self.worked_out(want, word, self.rows(answer, column))

    def column(self, word, filling):
        if word is None:
            return None
        found = best(word, [field for field in filling.known if field.use != "parameter"])
        named = found and filling.sibling(found, filling.known, "") or found
        return named and named.path

    def rows(self, answer, column):
        """All rows of an answer, those that were too many to show included."""
        result = answer.get("result")
        rows = table(result if isinstance(result, list) or is_table(result) else [result] if isinstance(result, dict) else answer)
        handle = next((value for value in shown_values(answer, "handle") if isinstance(value, str)), None)
        if answer.get("rows_shown", answer.get("rows")) != answer.get("rows") and handle:
            wanted = {"handle": handle, "limit": answer["rows"], **({"fields": [column]} if column else {})}
            is_error, text, more = self.use(STORED, wanted)
            if is_error:
                raise Lost(f"the stored rows cannot be read: {text[:120]}")
            rows = table(more if is_table(more) else more.get("rows") or [])
            if len(rows) != answer["rows"]:
                raise Lost(f"{len(rows)} of {answer['rows']} stored rows were shown")
        elif answer.get("more_exist"):
            raise Lost("more rows exist than were shown")
        return rows

    @staticmethod
    def worked_out(want, word, rows):
        """What an agent that reads rows makes of them itself."""
        if want == "rows":
            return rows
        if want == "count":
            return len(rows)
        members = {name: None for row in rows for name in flat(row)}
        found = best(word, fields([f"{name}: string" for name in members]))
        if found is None:
            raise Lost(f"no column of the answer is {word}")
        values = [flat(row).get(found.path) for row in rows]
        if "sum" in want:
            return round(sum(value for value in values if isinstance(value, (int, float))), 2)
        counts = {value: values.count(value) for value in values}
        return sorted(counts.items(), key=lambda pair: -pair[1])[:want["top"]]


def flat(row, above=""):
    """A row with the members of its parts beside its own, the name of a part first."""
    found = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found.update(sorted(flat(value, f"{above}{name}/").items(), key=lambda pair: not pair[0].endswith("/name")))
        elif not name.startswith("_"):
            found[above + name] = value
    return found


def is_table(value):
    return isinstance(value, dict) and isinstance(value.get("columns"), list) and isinstance(value.get("rows"), list)


def table(value):
    """Rows as objects, also where columns are named once for all."""
    if is_table(value):
        return [row if isinstance(row, dict) else dict(zip(value["columns"], row)) for row in value["rows"]]
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def number_at(answer, name):
    """The number under a name, wherever it is; of several below it (`sum: {hours: 3.5}`, `sum(hours): 3.5`) the first."""
    for value in [*shown_values(answer, name), *shown_values(answer, name, of=True)]:
        numbers = value.values() if isinstance(value, dict) else [value]
        for number in numbers:
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                return number
    return None


def groups(answer, top):
    """Pairs of a group's name and its number, in whatever rows they come."""
    pairs = []
    for rows in [answer.get("result"), *shown_values(answer, "groups")]:
        if isinstance(rows, dict) and not is_table(rows):
            rows = [{"group": name, "count": value} for name, value in rows.items()]
        for row in table(rows):
            text = next((value for value in flat(row).values() if isinstance(value, str)), None)
            number = next((value for value in flat(row).values() if isinstance(value, (int, float))), None)
            pairs.append((text, number))
    return pairs[:top]
