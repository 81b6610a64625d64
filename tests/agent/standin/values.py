"""Does a member take a value, and what is kept of it? References are looked up; unknown ones are faults."""
from .collections import BY_PATH, REFERRED
from .conditions import parse_date
from .schemas import members
from .store import parent_of

INVALID, MISSING, UNKNOWN = "InvalidValue", "MissingRequiredField", "InvalidReference"


class Fault(Exception):
    """One fault of a body: a code and a message without the field's name."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


def kept(store, type_, value, scope=None):
    """What is kept of a value; a `Fault` where it is refused. `scope` is the id of the record that a reference must belong to."""
    if value is None:
        return None
    if type_.kind == "list":
        if not isinstance(value, list):
            raise Fault(INVALID, "must be a list.")
        return [kept(store, type_.item, item) for item in value]
    if type_.kind == "ref":
        return reference(store, type_.schema, value, scope) if is_reference(type_.schema) else part(store, type_.schema, value)
    return scalar(type_, value)


def is_reference(schema):
    return schema.endswith("Reference")


def scalar(type_, value):
    if type_.kind == "object":
        return value
    if type_.kind == "enum":
        for known in type_.values:
            if isinstance(value, str) and value.lower() == known.lower():
                return known
        raise Fault(INVALID, f"'{value}' is not one of {', '.join(type_.values)}.")
    if type_.kind == "date":
        try:
            return parse_date(value).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, TypeError, AttributeError):
            raise Fault(INVALID, f"'{value}' is not a date of the form yyyy-MM-ddTHH:mm:ssZ.") from None
    fits = {"string": str, "int": int, "number": (int, float), "bool": bool}[type_.kind]
    if not isinstance(value, fits) or isinstance(value, bool) != (type_.kind == "bool"):
        word = {"string": "text", "int": "a whole number", "number": "a number", "bool": "true or false"}[type_.kind]
        raise Fault(INVALID, f"must be {word}.")
    return value


def part(store, schema, value):
    """A part of a record that is no reference, such as a way to reach a contact."""
    if not isinstance(value, dict):
        raise Fault(INVALID, "must be an object.")
    known = members(schema)
    for name in value:
        if name not in known:
            raise Fault(INVALID, f"has no member '{name}'.")
    return {name: kept(store, known[name], item) for name, item in value.items()}


def reference(store, schema, value, scope):
    """The record that is referred to, as it is shown: by `id`, else by `identifier`, else by a name that is the only one.

    Companies, members and whatever else has an identifier are not found by name, nor are contacts.
    """
    if not isinstance(value, dict):
        raise Fault(INVALID, "must be an object with an id.")
    if schema not in REFERRED:
        raise Fault(UNKNOWN, "is of no list of this system.")
    collection = BY_PATH[REFERRED[schema]]
    if value.get("id") is not None:
        record = store.records[collection.path].get(value["id"])
        if record is None:
            raise Fault(UNKNOWN, f"with id {value['id']} was not found.")
    else:
        record = by_name(store, collection, value, scope)
    if not in_scope(collection, record, scope):
        raise Fault(UNKNOWN, f"with id {record['id']} does not belong to the record that it depends on.")
    return store.reference(schema, record)


def by_name(store, collection, value, scope):
    member = collection.identifier or collection.name
    key = "identifier" if collection.identifier else "name"
    wanted = value.get(key)
    if not wanted or " " in member:
        raise Fault(UNKNOWN, f"needs an id{' or an identifier' if collection.identifier else ''}.")
    found = [record for record in store.records[collection.path].values()
             if str(record.get(member)).lower() == str(wanted).lower() and in_scope(collection, record, scope)]
    if len(found) != 1:
        raise Fault(UNKNOWN, f"with {key} '{wanted}' was {'found more than once' if found else 'not found'}.")
    return found[0]


def in_scope(collection, record, scope):
    """Whether a record belongs to the one that it depends on: the board of a status, the company of a contact."""
    if scope is None:
        return True
    owner = parent_of(collection, record) if collection.parent else record.get("company", {}).get("id")
    return owner is None or owner == scope
