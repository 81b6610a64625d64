"""Which fields does an answer tell of? Its form is not known: schemas, lines of a field each, and names by their kinds are read."""
import json
import re
from dataclasses import dataclass

# `company -> company/companies {id, name}`, `timeStart * string (date-time)`, `board/name: string`
LINE = re.compile(r"^\s*[-*]?\s*`?([A-Za-z_][\w./]*)`?\s*\*?\s*(->|:|=|\s)\s*(.+)$")
# A key that says the kind of all fields that its text names: `dates`, `references, by /name or /id`.
KIND = re.compile(r"(text|reference|choice|date|number|flag|object|list)s?(,.*)?$")
ENTRY = re.compile(r"([A-Za-z_][\w/]*)\*?\s*(.*)$", re.S)
MEMBERS = re.compile(r"\{([\w, ]+)[^}]*\}")
# How the words about a field begin, unless they list its values.
TYPE = re.compile(r"[(*]*\s*(required\b[,;:]?\s*)?((an?|list of|array of) )?"
                  r"(string|text|number|integer|int|boolean|bool|date|date-time|object|array|true)\b"
                  r"|->|[\w-]+( \| [\w -]+)+", re.I)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
SCHEMAS = ("schema", "items")  # keys of a schema, not of a field
FILTER = re.compile(r"filter|condition", re.I)
# What the fields below a key are for.
USES = {"filter": FILTER, "answer": re.compile(r"respons|answer|result", re.I), "parameter": re.compile(r"^param", re.I)}


def words(text):
    """`warrantyExpirationDate` and `warranty date` by their words, in small letters and the singular."""
    return [singular(word.lower()) for word in WORD.findall(text)]


def singular(word):
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("sses") or word.endswith("xes"):
        return word[:-2]
    if word.endswith("ses") and len(word) > 4:  # statuses
        return word[:-2] if word.endswith("uses") else word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) and len(word) > 3 else word


@dataclass(frozen=True)
class Field:
    """A field that an answer tells of; `use` is `filter`, `answer`, `parameter` or `body`."""

    path: str
    text: str  # its type and whatever is said of it
    use: str


def fields(answer, use="body"):
    """All fields that an answer tells of, each once for each use, in its order."""
    found = {}
    for field in walk(answer, use):
        found.setdefault((field.path, field.use), field)
    return list(found.values())


def walk(value, use):
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield from of_schema(value, use)
            return
        if isinstance(value.get("type"), str) and set(value) <= {"type", "items", "description", "nullable"}:
            yield from walk(value.get("items"), use)
            return
        named = value.get("name") or value.get("field")
        if isinstance(named, str) and ("type" in value or "schema" in value) and re.fullmatch(r"[\w/]+", named):
            yield Field(named, json.dumps(value), use)
            return
        for key, item in value.items():
            if isinstance(item, str) and KIND.match(key):
                yield from of_kind(key, item, use)
                continue
            inner = next((name for name, pattern in USES.items() if pattern.search(key)), use)
            if isinstance(item, str) and TYPE.match(item) and re.fullmatch(r"[A-Za-z_][\w/]*", key):
                yield from of_line(f"{key}: {item}", inner)
            elif key not in SCHEMAS and isinstance(item, dict) and "type" in item and "properties" not in item:
                yield Field(key, json.dumps(item), inner)
            elif key not in ("call", "example"):
                yield from walk(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item, use)
    elif isinstance(value, str):
        for line in value.splitlines():
            yield from of_line(line, use)


def of_kind(kind, text, use):
    """Fields of one kind, which are named together; those of a reference are its id and its name where nothing else is said."""
    is_reference = kind.startswith("reference")
    for entry in re.split("; " if is_reference or kind.startswith(("choice", "object", "list")) else ", ", text):
        match = ENTRY.match(entry)
        if not match or entry.startswith("and ") and " more" in entry:
            continue
        path, told = match.groups()
        yield Field(path, f"{path}: {kind} {told}", use)
        members = MEMBERS.findall(told.partition("->")[0])
        for member in members[0].split(",") if members else ["id", "name"] if is_reference else []:
            yield Field(f"{path}/{member.strip()}", "string" if member.strip() != "id" else "integer", use)


def of_line(line, use):
    match = LINE.match(line)
    if not match:
        return
    path, arrow, text = match.groups()
    if arrow not in ("->", "=") and not TYPE.match(text):
        return
    yield Field(path, line, use)
    members = MEMBERS.findall(text)  # the last: a path may have braces of its own
    for member in members[-1].split(",") if members else []:
        yield Field(f"{path}/{member.strip()}", "string" if member.strip() != "id" else "integer", use)


def of_schema(schema, use, above="", depth=0):
    for name, value in schema["properties"].items():
        if not isinstance(value, dict) or name.startswith("_"):
            continue
        own = {key: item for key, item in value.items() if key not in ("properties", "items")}
        yield Field(above + name, json.dumps(own), use)
        if isinstance(value.get("properties"), dict) and depth < 2:
            yield from of_schema(value, use, f"{above}{name}/", depth + 1)


def shown_values(answer, key, of=False):
    """All values of a key, wherever they are in an answer; `of` takes keys that say what of, as `sum(hours)`."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name.startswith(key + "(") if of else name == key:
                yield value
            yield from shown_values(value, key, of)
    elif isinstance(answer, list):
        for item in answer:
            yield from shown_values(item, key, of)
