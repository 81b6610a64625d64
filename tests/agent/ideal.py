"""A program whose answers leave nothing to ask for: what the scripted agent can reach at best. The test bed is tested by it.

It finds the operation that a task is about, tells its fields in short, takes names for numbers, adds up what is asked for, and
changes many records by one call. It sends to the stand-in's `Api` without a network.
"""
import json
import re

from standin.collections import BY_PATH, REFERRED
from standin.schemas import members, required, value_at

HEADERS = {"authorization": "Basic eDp5", "clientid": "ideal"}
TOLD = {"objectId": "integer, the ticket or activity that it is for"}  # what names of fields do not say
EXAMPLES = {"/service/tickets/{parentId}/notes": {"text": "string", "detailDescriptionFlag": True}}
ARGUMENTS = ["path", "method", "params", "data", "confirmation", "count", "sum", "group_by", "top", "for_each"]
INSTRUCTIONS = 'A filter is `name = "X" and company/name contains "Y" and dateEntered > [2026-01-31T00:00:00Z]`.'


class Ideal:
    """Has the face of `client.Server`."""

    instructions = INSTRUCTIONS

    def __init__(self, api, tasks):
        self.api, self.tasks = api, tasks
        self.tools = {"dispatch_api_operation": {"inputSchema": {"properties": dict.fromkeys(ARGUMENTS)}},
                      "semantic_endpoint_locator": {"inputSchema": {"properties": {"query": None}}}}

    def call(self, tool, arguments):
        answer = self.search(**arguments) if tool == "semantic_endpoint_locator" else self.dispatch(**arguments)
        is_error = isinstance(answer, str)
        return is_error, answer if is_error else json.dumps(answer), None if is_error else answer

    def search(self, query):
        for task in self.tasks:
            found = {task["request"]: task["first"][0], task.get("find", {}).get("say"): "GET /service/tickets",
                     task.get("do", {}).get("say"): "PATCH /service/tickets/{id}"}
            if query in found:
                method, path = found[query].split()
                return {"hits": [{"method": method, "path": path, "call": self.ready(method, path), **form(method, path)}]}
        return {"hits": []}

    @staticmethod
    def ready(method, path):
        call = {"path": path, "method": method, "params": {name: f"<{name}: integer>" for name in re.findall(r"\{(\w+)\}", path)}}
        if method == "GET" and "{id}" not in path:
            call["params"]["conditions"] = "<filter>"
        if method == "POST":
            call["data"] = EXAMPLES.get(path) or dict.fromkeys(required(BY_PATH[path].schema), "string")
        return call

    def dispatch(self, path, method="GET", params=None, data=None, for_each=None, **sums):
        params = dict(params or {})
        if for_each:
            answers = [self.dispatch(path, method, {**params, "id": number}, data) for number in for_each]
            return next((answer for answer in answers if isinstance(answer, str)), {"changed": len(answers)})
        if method == "DELETE" and "confirmation" not in sums:
            return {"confirmation": "once"}
        collection = BY_PATH[re.sub(r"/(\{id\}|count)$", "", path)]
        for name in re.findall(r"\{(\w+)\}", path):
            target = collection.path if name == "id" else collection.parent_path
            path = path.replace(f"{{{name}}}", str(self.number(target, params.pop(name, None))))
        if isinstance(data, dict):
            owner = re.search(r"/(\d+)$", path)
            before = self.api.store.records[collection.path].get(int(owner[1]), {}) if owner else {}
            data = {name: self.referred(collection, name, value, {**before, **data}) for name, value in data.items()}
        body = [{"op": "replace", "path": name, "value": value} for name, value in data.items()] if method == "PATCH" else data
        query = {"pageSize": 1000, **params}
        status, _, answer = self.api.answer(method, path, query, json.dumps(body), HEADERS, "")
        if status >= 400:
            return f"{method} {path}: answered {status}: {json.dumps(answer)}"
        return summed(answer, **sums) if isinstance(answer, list) else {"result": answer}

    def number(self, path, name):
        """The number of the record of a list that is called so."""
        if isinstance(name, int):
            return name
        records = self.api.store.records[path].values()
        found = [record["id"] for record in records if str(name).lower() in self.names(path, record)]
        return found[0] if len(found) == 1 else 0

    @staticmethod
    def names(path, record):
        collection = BY_PATH[path]
        whole = " ".join(str(record.get(part, "")) for part in collection.name.split())
        return {whole.lower(), str(record.get("name", "")).lower(), str(record.get(collection.identifier, "")).lower()} - {""}

    def referred(self, collection, name, value, record):
        """A reference by its number in place of its name, within what it depends on."""
        type_ = members(collection.schema).get(name)
        if type_ is None or type_.kind != "ref" or isinstance(value, dict) and "id" in value:
            return value
        wanted = next(iter(value.values())) if isinstance(value, dict) else value
        target = BY_PATH[REFERRED[type_.schema]]
        owner = collection.scopes.get(name)
        if target.parent and owner:
            scope = (record.get(owner) or {}).get("id")
            found = [other["id"] for other in self.api.store.of_parent(target.path, scope)
                     if other["name"].lower() == wanted.lower()]
            return {"id": found[0] if len(found) == 1 else 0}
        return {"id": self.number(target.path, wanted)}


def form(method, path):
    """The fields in short: those of a filter, or those that a write sets."""
    collection = BY_PATH[re.sub(r"/(\{id\}|count)$", "", path)]
    lines = []
    for name, type_ in members(collection.schema).items():
        if type_.kind == "ref":
            if method == "GET" or name not in collection.fixed:
                lines.append(f"{name} -> {REFERRED.get(type_.schema, '')} {{{', '.join(members(type_.schema))}}}")
        elif type_.kind != "list" and (method == "GET" or name not in collection.fixed):
            kind = TOLD.get(name) or {"int": "integer", "bool": "boolean"}.get(type_.kind, type_.kind)
            kind = " | ".join(type_.values) or kind
            lines.append(f"{name}: {kind}")
    if method == "GET":
        return {"conditions": [*lines, "dateEntered: date", "lastUpdated: date"]}
    return {"fields": lines}


def summed(rows, count=False, group_by=None, top=None, **more):
    if group_by:
        names = [value_at(row, group_by) for row in rows]
        counts = sorted(((name, names.count(name)) for name in set(names)), key=lambda pair: (-pair[1], pair[0]))
        return {"groups": [{"group": name, "count": number} for name, number in counts[:top]]}
    if "sum" in more:
        return {"sum": round(sum(value_at(row, more["sum"]) or 0 for row in rows), 2)}
    return {"count": len(rows)} if count else {"rows": len(rows), "result": rows}
