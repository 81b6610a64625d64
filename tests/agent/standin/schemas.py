"""The members of the API's records and their types, as the manifest has them.

`fields.json` has a line for each schema: `name:type` for each member, with `*` before those that the manifest requires. A type is
`string`, `int`, `number`, `bool`, `date`, `object`, values of an enumeration with `|` between them, the name of another schema, or
one of these in brackets for a list.
"""
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SCALARS = {"string", "int", "number", "bool", "date", "object"}
# Not in the manifest, but conditions and orderBy take them: the API keeps them in `_info`.
META = {"lastUpdated": "date", "updatedBy": "string", "dateEntered": "date", "enteredBy": "string"}


@dataclass(frozen=True)
class Type:
    """`kind` is a scalar's name, `enum`, `ref` or `list`."""

    kind: str
    values: tuple = ()  # of an enumeration
    schema: str = ""  # of a reference
    item: "Type | None" = None  # of a list


def type_of(text):
    if text.startswith("["):
        return Type("list", item=type_of(text[1:-1]))
    if text in SCALARS:
        return Type(text)
    return Type("enum", tuple(text.split("|"))) if "|" in text else Type("ref", schema=text)


@cache
def _all():
    return json.loads(Path(__file__).with_name("fields.json").read_text(encoding="utf-8"))


@cache
def members(schema):
    """Types by the names of members."""
    pairs = (pair.removeprefix("*").split(":", 1) for pair in _all()[schema].split())
    return {name: type_of(text) for name, text in pairs}


@cache
def required(schema):
    """Names of the members that the manifest requires."""
    return [pair[1:].split(":")[0] for pair in _all()[schema].split() if pair.startswith("*")]


def type_at(schema, path):
    """The type of `company/name` and the like; None where there is no such member."""
    head, _, rest = path.partition("/")
    if head == "_info":
        return Type(META[rest]) if rest in META else None
    if head in META and not rest and head not in members(schema):
        return Type(META[head])
    found = members(schema).get(head)
    if found is None or not rest:
        return found
    if found.kind == "list":
        found = found.item
    return type_at(found.schema, rest) if found.kind == "ref" else None


def value_at(record, path):
    """The value of `company/name` and the like; None where it is not set. Names count in any case, as the API reads them."""
    head, _, rest = path.partition("/")
    if not isinstance(record, dict):
        return None
    key = head if head in record else next((name for name in record if name.lower() == head.lower()), None)
    if key is None and head in META:
        return (record.get("_info") or {}).get(head)
    found = record.get(key)
    return value_at(found, rest) if rest else found
