"""The grammar of `conditions`: which records does such a filter keep?

Operators are `= != < <= > >= contains like in` and `not` before the last three, joined with `and`, `or` and brackets; values are
strings in quotes, numbers, `True`, `False`, `null` and dates in square brackets (ConnectWise's Developer Guide). Text is compared as
the API's database does: without regard to case.
"""
import datetime
import re

from .faults import no_condition
from .schemas import type_at, value_at

TOKEN = re.compile(r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<date>\[[^\]]*\])
  | (?P<number>-?\d+(?:\.\d+)?(?![\w/]))
  | (?P<operator><=|>=|!=|=|<|>)
  | (?P<mark>[(),])
  | (?P<word>[A-Za-z_][\w/]*)
)""", re.X)
WORDS = {"contains", "like", "in"}
CONSTANTS = {"true": True, "false": False, "null": None}


def parse_date(text):
    """A moment in UTC; ValueError where it is none."""
    moment = datetime.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def tokens(text):
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise no_condition(f"Syntax error at position {at + 1}: unexpected '{text[at:].strip()[:1]}'.")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class Parser:
    """Makes a function of a record from a filter over records of `schema`; `of_list` where it is about a list's members."""

    def __init__(self, text, schema, of_list=False):
        self.tokens, self.at = tokens(text), 0
        self.schema, self.of_list = schema, of_list

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, "")

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def word(self, *wanted):
        """Takes the next token where it is one of these words."""
        kind, text = self.peek()
        if kind == "word" and text.lower() in wanted:
            self.at += 1
            return text.lower()
        return None

    def whole(self):
        keep = self.either()
        if self.peek()[0] is not None:
            raise no_condition(f"Syntax error: unexpected '{self.peek()[1]}'.")
        return keep

    def either(self):
        keeps = [self.both()]
        while self.word("or"):
            keeps.append(self.both())
        return keeps[0] if len(keeps) == 1 else lambda record: any(keep(record) for keep in keeps)

    def both(self):
        keeps = [self.one()]
        while self.word("and"):
            keeps.append(self.one())
        return keeps[0] if len(keeps) == 1 else lambda record: all(keep(record) for keep in keeps)

    def one(self):
        if self.word("not"):
            keep = self.one()
            return lambda record: not keep(record)
        if self.peek() == ("mark", "("):
            self.take()
            keep = self.either()
            if self.take() != ("mark", ")"):
                raise no_condition("Syntax error: ')' is missing.")
            return keep
        return self.comparison()

    def comparison(self):
        kind, path = self.take()
        if kind != "word":
            raise no_condition(f"Syntax error: a field's name was expected, not '{path}'.")
        type_ = self.known(path)
        turned = bool(self.word("not"))
        operator = self.word(*WORDS)
        if operator is None and not turned:
            kind, operator = self.take()
            if kind != "operator":
                raise no_condition(f"Syntax error: an operator was expected after {path}, not '{operator}'.")
        elif operator is None:
            raise no_condition("Syntax error: contains, like or in was expected after not.")
        if operator == "in":
            test = self.one_of(type_)
        else:
            test = self.against(type_, operator, self.value(type_, path))
        read = self.every(path) if self.of_list else lambda record: [value_at(record, path)]
        keep = lambda record: any(test(value) for value in read(record))
        return (lambda record: not keep(record)) if turned else keep

    def known(self, path):
        """The type of a field that can be compared. Lists of records are asked for by `childConditions` alone."""
        names = path.split("/")
        types = [type_at(self.schema, "/".join(names[:end])) for end in range(1, len(names) + 1)]
        lists = [type_ for type_ in types if type_ is not None and type_.kind == "list"]
        if None in types or types[-1].kind in ("ref", "object", "list") or bool(lists) != self.of_list:
            raise no_condition(f"{path} is not a recognized name.")
        return types[-1]

    def every(self, path):
        """The values of a member of a list's records."""
        head, _, rest = path.partition("/")
        return lambda record: [value_at(item, rest) if rest else item for item in value_at(record, head) or []]

    def value(self, type_, path):
        kind, text = self.take()
        if kind == "string":
            value = re.sub(r"\\(.)", r"\1", text[1:-1])
            if type_.kind == "enum" and value.lower() not in map(str.lower, type_.values):
                raise no_condition("Enum value supplied was invalid")
            if type_.kind in ("int", "number", "bool", "date"):
                raise no_condition(f"String value supplied for {path} was invalid.")
            return value
        if kind == "date":
            try:
                return parse_date(text[1:-1])
            except ValueError:
                raise no_condition(f"Date value supplied for {path} was invalid.") from None
        if kind == "number":
            if type_.kind not in ("int", "number"):
                raise no_condition(f"Numeric value supplied for {path} was invalid.")
            return float(text)
        if kind == "word" and text.lower() in CONSTANTS:
            value = CONSTANTS[text.lower()]
            if value is not None and type_.kind != "bool":
                raise no_condition(f"Boolean value supplied for {path} was invalid.")
            return value
        raise no_condition(f"Syntax error: a value was expected after {path}, not '{text}'. Strings stand in quotes.")

    def one_of(self, type_):
        if self.take() != ("mark", "("):
            raise no_condition("Syntax error: '(' was expected after in.")
        tests = []
        while True:
            tests.append(self.against(type_, "=", self.value(type_, "in")))
            mark = self.take()
            if mark == ("mark", ")"):
                return lambda value: any(test(value) for test in tests)
            if mark != ("mark", ","):
                raise no_condition("Syntax error: ')' is missing after in.")

    def against(self, type_, operator, wanted):
        if operator in ("contains", "like"):
            if not isinstance(wanted, str):
                raise no_condition(f"{operator} compares text.")
            return text_test(operator, wanted)
        tests = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
                 ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
        compare = tests[operator]

        def test(value):
            if value is None or wanted is None:
                # As in SQL nothing but the comparison with null itself is true of null, `!=` of the API excepted.
                same = value is None and wanted is None
                return same if operator == "=" else not same if operator == "!=" else False
            if isinstance(wanted, datetime.datetime):
                return compare(parse_date(value), wanted)
            if isinstance(wanted, str):
                return compare(str(value).lower(), wanted.lower())
            return compare(value, wanted)
        return test


def text_test(operator, wanted):
    if operator == "contains":
        return lambda value: value is not None and wanted.lower() in str(value).lower()
    pattern = "".join(".*" if letter in "%*" else re.escape(letter) for letter in wanted)
    whole = re.compile(pattern, re.I | re.S)
    return lambda value: value is not None and bool(whole.fullmatch(str(value)))


def keep(text, schema, of_list=False):
    """The function that says whether a record passes a filter; a `Refusal` where the filter cannot be read."""
    return Parser(text, schema, of_list).whole() if text and text.strip() else lambda record: True
