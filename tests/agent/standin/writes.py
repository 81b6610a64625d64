"""What a POST, PATCH, PUT or DELETE does to the records, and when it is refused."""
import copy

from .collections import BY_DEFAULT, BY_PATH, COLLECTIONS, DEFAULT_FLAGS, REFERRED, SET_BY_SERVER
from .derived import derive, made
from .faults import Refusal, malformed, wrong
from .schemas import members, required
from .store import complete, parent_of
from .values import MISSING, Fault, kept

OPS = ("add", "replace", "remove")


def create(store, collection, body, parent=None):
    """The record that a POST made."""
    check_writable(collection)
    check_object(collection, body)
    if parent is not None:
        body = {**body, collection.parent: {"id": parent} if members(collection.schema)[collection.parent].kind == "ref"
                else parent}
    body = {name: value for name, value in body.items() if name not in SET_BY_SERVER and name not in collection.fixed}
    record = accepted(store, collection, body, {})
    defaults(store, collection, record, BY_DEFAULT.get(collection.path, ()))
    lacking(collection, record)
    made(store, collection, record)
    derive(store, collection, record, {})
    for name in collection.only_new:
        record.pop(name, None)
    return store.add(collection.path, record)


def patch(store, collection, record, operations):
    """Applies JSON Patch operations to a record, all or none."""
    check_writable(collection)
    if not isinstance(operations, list):
        raise malformed("Cannot deserialize the current JSON object (e.g. {\"name\":\"value\"}) into type 'System.Collections.Generic."
                        "List`1[PatchOperation]' because the type requires a JSON array (e.g. [1,2,3]) to deserialize correctly.")
    body, known = {}, members(collection.schema)
    for operation in operations:
        if not isinstance(operation, dict) or operation.get("op") not in OPS or not isinstance(operation.get("path"), str):
            raise malformed("A patch operation needs op (add, replace or remove) and path.")
        path = operation["path"].removeprefix("/")
        head, _, rest = path.partition("/")
        if head not in known:
            raise wrong(collection.noun, [("InvalidField", f"{path} is not a recognized name.", path)])
        # The API says yes to a path into a reference and changes nothing.
        if not rest and head not in SET_BY_SERVER and head not in collection.fixed + collection.only_new:
            body[head] = None if operation["op"] == "remove" else operation.get("value")
    return changed(store, collection, record, body)


def put(store, collection, record, body):
    """Replaces a record: what the body does not have is emptied."""
    check_writable(collection)
    check_object(collection, body)
    kept_ = {name: record.get(name) for name in (*SET_BY_SERVER, *collection.fixed, collection.parent) if name in record}
    body = {name: value for name, value in body.items() if name not in kept_}
    emptied = {name: None for name in record if name not in kept_ and name not in body}
    return changed(store, collection, record, {**emptied, **body})


def delete(store, collection, record):
    check_writable(collection)
    if collection.path == "/system/members":
        raise Refusal(405, "MethodNotAllowed", "The requested resource does not support http method 'DELETE'.")
    for user in COLLECTIONS:
        if user.parent_path == collection.path:
            continue
        names = [name for name, type_ in members(user.schema).items()
                 if type_.kind == "ref" and REFERRED.get(type_.schema) == collection.path]
        for other in store.records[user.path].values():
            if any((other.get(name) or {}).get("id") == record["id"] for name in names):
                raise Refusal(400, "InvalidObject",
                              f"{collection.noun} {record['id']} cannot be deleted: {user.noun} {other['id']} uses it.")
    for child in COLLECTIONS:
        if child.parent_path == collection.path:
            rows = store.records[child.path]
            for number in [number for number, row in rows.items() if parent_of(child, row) == record["id"]]:
                del rows[number]
    del store.records[collection.path][record["id"]]


def changed(store, collection, record, body):
    """Changes members of a record and what follows from them."""
    before = copy.deepcopy(record)
    after = {**before, **accepted(store, collection, body, before)}
    # What depends on a member that changed (the status on the board) and does not fit anymore gets its default.
    loose = [name for name, owner in collection.scopes.items()
             if owner in body and name not in body and (before.get(owner) or {}) != (after.get(owner) or {})]
    for name in loose:
        after.pop(name, None)
    defaults(store, collection, after, loose)
    lacking(collection, after)
    derive(store, collection, after, before)
    after = {name: value for name, value in after.items() if value is not None}
    complete(collection, after)
    after["_info"] = {**record["_info"], "lastUpdated": store.stamp(), "updatedBy": "api"}
    record.clear()
    record.update(after)
    return record


def accepted(store, collection, body, before):
    """The values that are kept of a body; a `Refusal` that names every fault."""
    faults, result, known = [], {}, members(collection.schema)
    # Those that others depend on come first.
    owners = set(collection.scopes.values())
    for name in sorted(body, key=lambda name: name not in owners):
        if name in SET_BY_SERVER or name in collection.fixed:
            continue
        owner = collection.scopes.get(name)
        scope = before.get("id") if owner == "id" else (result.get(owner) or before.get(owner) or {}).get("id") if owner else None
        try:
            result[name] = kept(store, known[name], body[name], scope)
        except Fault as fault:
            faults.append((fault.code, f"{name} {fault.message}", name))
    if faults:
        raise wrong(collection.noun, faults)
    return result


def lacking(collection, record):
    """Refuses a record without what the manifest or the server requires."""
    faults = []
    for name in dict.fromkeys((*required(collection.schema), *collection.needs)):
        names = name.split("|")
        if all(record.get(each) in (None, "") for each in names):
            faults.append((MISSING, f"{' or '.join(names)} is required.", names[0]))
    if faults:
        raise wrong(collection.noun, faults)


def defaults(store, collection, record, names):
    """What the server fills in: the first default of the list, within the scope."""
    for name in [name for name in BY_DEFAULT.get(collection.path, ()) if name in names]:
        type_ = members(collection.schema)[name]
        target = BY_PATH[REFERRED[type_.schema]]
        scope = (record.get(collection.scopes.get(name)) or {}).get("id")
        if record.get(name) is None and (scope is not None or not target.parent):
            for other in store.of_parent(target.path, scope if target.parent else None):
                if any(other.get(flag) for flag in DEFAULT_FLAGS):
                    record[name] = store.reference(type_.schema, other)
                    break


def check_writable(collection):
    if not collection.writable:
        raise Refusal(403, "Forbidden", f"You do not have the rights to change {collection.noun} records.")


def check_object(collection, body):
    if not isinstance(body, dict):
        raise malformed(f"Cannot deserialize the current JSON into type '{collection.schema}': it requires a JSON object.")
    for name in body:
        if name not in members(collection.schema) and name != "_info":
            raise malformed(f"Could not find member '{name}' on object of type '{collection.schema}'.")
