"""The records, and what is asked of them: by number, by filter, in order, a page of them, as a reference."""
import datetime
import pickle

from . import conditions
from .collections import BY_PATH, REFERRED, reference_members
from .faults import Refusal, no_condition, not_found
from .schemas import members, type_at, value_at

PAGE, MOST = 25, 1000


class Store:
    """Records by their collection's path and their id; those with a parent hold it, by the member that the collection names."""

    def __init__(self, now):
        self.now = now  # the moment that writes are dated with
        self.records = {path: {} for path in BY_PATH}

    def copy(self):
        other = Store(self.now)
        # Some five times as fast as copy.deepcopy.
        other.records = pickle.loads(pickle.dumps(self.records))
        return other

    def add(self, path, record, by="admin", at=None):
        """Keeps a record under the next free number, or its own."""
        kept = self.records[path]
        record.setdefault("id", max(kept, default=0) + 1)
        at = at or self.stamp()
        complete(BY_PATH[path], record)
        record["_info"] = {"lastUpdated": at, "updatedBy": by, "dateEntered": at, "enteredBy": by}
        kept[record["id"]] = record
        return record

    def stamp(self):
        return self.now.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def get(self, path, number, parent=None):
        collection = BY_PATH[path]
        record = self.records[path].get(number)
        if record is None or parent is not None and parent_of(collection, record) != parent:
            raise not_found(collection.noun)
        return record

    def of_parent(self, path, parent):
        collection = BY_PATH[path]
        return [record for record in self.records[path].values() if parent is None or parent_of(collection, record) == parent]

    def reference(self, schema, record):
        """How other records show this one."""
        collection = BY_PATH[REFERRED[schema]]
        shown = {"id": record["id"]}
        for name in reference_members(schema):
            source = {"name": collection.name, "identifier": collection.identifier, "sort": "sortOrder"}.get(name, name)
            value = " ".join(str(record.get(part) or "")
                             for part in source.split()).strip() if " " in source else record.get(source)
            if value is not None:
                shown[name] = value
        return shown

    def find(self, path, query, parent=None):
        """Records that a query's filters keep, in its order; all pages of them."""
        schema = BY_PATH[path].schema
        found = self.of_parent(path, parent)
        if query.get("customFieldConditions"):
            raise no_condition("No custom field of this name is set up.")
        for name, of_list in [("conditions", False), ("childConditions", True)]:
            keep = conditions.keep(query.get(name), schema, of_list)
            found = [record for record in found if keep(record)]
        return ordered(found, query.get("orderBy"), schema)


def complete(collection, record):
    """Flags that are not set are false, as the API shows and filters them."""
    for name, type_ in members(collection.schema).items():
        if type_.kind == "bool" and record.get(name) is None and name not in collection.only_new:
            record[name] = False


def parent_of(collection, record):
    held = record.get(collection.parent)
    return held.get("id") if isinstance(held, dict) else held


def ordered(records, text, schema):
    records = sorted(records, key=lambda record: record["id"])
    for part in reversed([part.split() for part in (text or "").split(",") if part.strip()]):
        if type_at(schema, part[0]) is None:
            raise no_condition(f"{part[0]} is not a recognized name.")
        if len(part) > 2 or len(part) == 2 and part[1].lower() not in ("asc", "desc"):
            raise no_condition(f"orderBy: 'asc' or 'desc' was expected after {part[0]}.")
        key = lambda record: (value_at(record, part[0]) is not None, fold(value_at(record, part[0])))
        records = sorted(records, key=key, reverse=part[-1].lower() == "desc" and len(part) == 2)
    return records


def fold(value):
    return value.lower() if isinstance(value, str) else 0 if value is None else value


def whole_number(query, name, usual):
    try:
        number = int(query.get(name) or usual)
    except ValueError:
        raise Refusal(400, "InvalidParameter", f"{name} is not a number.") from None
    if number < 1:
        raise Refusal(400, "InvalidParameter", f"{name} must be at least 1.")
    return number


def page_of(records, query):
    """The rows of a page, its number, and the number of the last page."""
    size = whole_number(query, "pageSize", PAGE)
    if size > MOST:
        raise Refusal(400, "InvalidParameter", f"pageSize must be at most {MOST}.")
    page = whole_number(query, "page", 1)
    last = max(1, -(-len(records) // size))
    return records[(page - 1) * size:page * size], page, last


def projected(record, fields, schema):
    """A record with these members only; names that there are none of are left out in silence, as the API does."""
    if not fields:
        return record
    shown = {}
    for path in (part.strip() for part in fields.split(",")):
        head, _, rest = path.partition("/")
        if head not in members(schema) and head != "_info" or head not in record:
            continue
        if rest and isinstance(record[head], dict):
            shown.setdefault(head, {})
            if rest in record[head]:
                shown[head][rest] = record[head][rest]
        else:
            shown[head] = record[head]
    return shown
