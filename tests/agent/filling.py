"""Puts what a task names into a ready call: which field is meant by a person's word?

Words are compared with the names of fields and what an answer says of them. Nothing here knows an API; what is known is English
(`open` is the opposite of `closed`) and habits of all REST APIs (`/boards/{id}` is a board's number, a record's `name` names it).
"""
import re

from reading import FILTER, Field, words

OPPOSITES = {"open": "closed", "active": "inactive", "unpaid": "paid"}
# Words of field names that say what kind of value it is, not what of.
KINDS = {"flag", "name", "identifier", "id", "date", "is"}
NAMES = ("name", "identifier", "summary", "description")
OPERATORS = {"from": ">=", "before": "<", "above": ">", "contains": "contains"}
DATE = re.compile(r"\d{4}-\d\d-\d\d")
NAMED = re.compile(r"`(\w+)`|\bparams\.(\w+)|\"example\":\{\"(\w+)\"")
PLACEHOLDER = re.compile(r"^<.*>$|^string$", re.S)


def score(word, field):
    """How well a person's word fits a field, 0 where it does not."""
    wanted, path = set(words(word)), field.path.split("/")
    own = set(words(" ".join(path)))
    if wanted <= own:
        extra = len(own - wanted - KINDS)
        return 20 - 2 * extra - (0 if set(words(path[0])) & wanted else 4)
    told = set(words(field.text.partition(":")[2] or field.text))
    return 6 if wanted <= told and len(path) == 1 else 0


def best(word, known):
    ranked = [(score(word, field), -at, field) for at, field in enumerate(known)]
    points, _, field = max(ranked, default=(0, 0, None))
    return field if points > 0 else None


def noun_of(path):
    """What one record of an address is: `/service/boards/{id}` is a board."""
    parts = [part for part in path.split("/") if part and not part.startswith("{") and part not in ("count", "search")]
    return set(words(parts[-1])) if parts else set()


def fits_noun(word, path):
    """Whether a word names what an address has: `configuration`, or `time entry` for `/time/entries`."""
    all_words = set(words(path.replace("{", "").replace("}", "")))
    return noun_of(path) <= set(words(word)) <= all_words


class Filling:
    """A call being filled; `left` are the named things that found no place."""

    def __init__(self, call, named, known, texts):
        self.call = {**call, "params": dict(call.get("params") or {})}
        self.left = dict(named)
        self.known = known
        self.texts = texts  # all that was read so far: does it show dates in brackets?
        self.path_values()

    def path_values(self):
        """Values of `{id}` and the like, by the noun that stands before them."""
        path = self.call["path"]
        for match in re.finditer(r"\{(\w+)\}", path):
            before = path[:match.start()].rstrip("/")
            word = next((word for word in self.left if fits_noun(word, before)), None)
            if word is not None:
                self.call["params"][match[1]] = self.left.pop(word)

    def missing(self):
        """Names of path parameters that have no value yet."""
        return [name for name in re.findall(r"\{(\w+)\}", self.call["path"])
                if PLACEHOLDER.match(str(self.call["params"].get(name, "<>")))]

    def filter(self):
        """Adds a filter of what is named to a list's call. What the drafted filter of the hit says already is not said twice."""
        name = self.filter_parameter()
        if name is None:
            return
        drafted = self.call["params"].get(name)
        drafted = drafted if isinstance(drafted, str) and not PLACEHOLDER.match(drafted) else ""
        known = [field for field in self.known if field.use == "filter"] or self.known
        terms = [drafted] if drafted else []
        for word, value in list(self.left.items()):
            if drafted and self.said(word, value, drafted):
                del self.left[word]
                continue
            term = self.term(word, value, known)
            if term:
                terms.append(term)
                del self.left[word]
        if terms:
            self.call["params"][name] = " and ".join(terms)
        else:
            self.call["params"].pop(name, None)

    def filter_parameter(self):
        told = [*self.call["params"], *(field.path for field in self.known),
                *(name for names in NAMED.findall(self.texts) for name in names if name)]
        return next((name for name in told
                     if FILTER.search(name) and "/" not in name and not name.lower().startswith(("child", "custom"))), None)

    def said(self, word, value, drafted):
        """Whether a drafted filter speaks of a thing: it holds the value, or for yes and no the field's word."""
        if isinstance(value, dict):
            return all(str(part).lower() in drafted.lower() for part in value.values())
        if isinstance(value, bool):
            return bool({*words(word), OPPOSITES.get(word, word)} & set(words(drafted)))
        return str(value).lower() in drafted.lower()

    def term(self, word, value, known):
        if isinstance(value, bool):
            field = best(word, known) if word not in OPPOSITES else None
            if field is None and word in OPPOSITES:
                field, value = best(OPPOSITES[word], [field for field in known
                                                      if "bool" in field.text or "flag" in field.path.lower()]), not value
            return field and f"{field.path} = {value}"
        field = self.own_name(word, known, value) or self.of_name(best(word, known), known, value)
        if field is None:
            return None
        parts = value.items() if isinstance(value, dict) else [("=", value)]
        return " and ".join(f"{field.path} {OPERATORS.get(operator, operator)} {self.literal(part)}" for operator, part in parts)

    def own_name(self, word, known, value):
        """The record's own name or number, where the word is what the record is."""
        if not fits_noun(word, self.call["path"]):
            return None
        names = ("id",) if isinstance(value, int) else NAMES
        return next((field for name in names for field in known if field.path == name), None)

    def of_name(self, field, known, value):
        """Of a reference the member that such a value is of: a number its id, text its name."""
        if field is None or "/" in field.path:
            return self.sibling(field, known, value) if field else None
        return self.sibling(field, known, value) or field

    @staticmethod
    def sibling(field, known, value):
        head = field.path.split("/")[0]
        members = {other.path.split("/", 1)[1]: other for other in known if other.path.startswith(head + "/")}
        wanted = ("id",) if isinstance(value, int) else NAMES
        return next((members[name] for name in wanted if name in members), field if "/" in field.path else None)

    def literal(self, value):
        if isinstance(value, (int, float)):
            return str(value)
        brackets = DATE.match(str(value)) and re.search(r"\[\d{4}-\d\d-\d\d", self.texts)
        return f"[{value}]" if brackets else f'"{value}"'

    def body(self):
        """The body of a write: what is named, and of the example what is a choice and no placeholder."""
        example = self.call.get("data")
        example = example if isinstance(example, dict) else {}
        known = [field for field in self.known if field.use == "body"]
        # Of JSON Patch the form says nothing of the fields; the record that is answered does.
        if {field.path for field in known} <= {"op", "path", "value", "from"}:
            known = []
        known = known or [field for field in self.known if field.use == "answer"]
        top = [field for field in known if "/" not in field.path]
        for name in example:
            if all(field.path != name for field in top):
                top.append(Field(name, "", "body"))
        # Of a change the example's flags are there to be chosen among; a create may need the one that it has.
        body = {name: value for name, value in example.items() if isinstance(value, bool) and self.call.get("method") == "POST"}
        for word, value in list(self.left.items()):
            pair = self.kind_and_number(word, value, top, example)
            if pair:
                body.update(pair)
                del self.left[word]
                continue
            field = best(word, top) or self.own_name(word, top, value)
            if field is not None:
                body[field.path] = self.reference(field, known, example, value)
                del self.left[word]
        self.call["data"] = body

    @staticmethod
    def kind_and_number(word, value, top, example):
        """Where one field says of which kind and another has the number (`chargeToType: ServiceTicket`, `chargeToId`), both."""
        if not isinstance(value, int):
            return None
        by_name = {field.path: field for field in top}
        for field in top:
            kinds = [kind for kind in re.findall(r"\b[A-Z]\w+\b", field.text) if set(words(word)) <= set(words(kind))]
            number = re.sub(r"Type$", "Id", field.path)
            if field.path.endswith("Type") and number in by_name and kinds:
                given = example.get(field.path)
                return {field.path: given if given in kinds else kinds[0], number: value}
        return None

    def reference(self, field, known, example, value):
        """The value as the field takes it: of a reference by its name or number."""
        members = {other.path.split("/", 1)[1] for other in known if other.path.startswith(field.path + "/")}
        shown = example.get(field.path)
        if isinstance(shown, dict):
            members |= set(shown)
        if not members:
            return value
        if isinstance(value, int):
            return {"id": value}
        return {next((name for name in NAMES if name in members), "name"): value}
