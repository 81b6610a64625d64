"""Lays the records of the MSP's world down, drawn with a seed: the same each time."""
import datetime
import random

from .collections import BY_PATH, DEFAULT_FLAGS
from .schemas import members, required
from .store import Store

NOW = datetime.datetime(2026, 11, 27, 15, 0, tzinfo=datetime.timezone.utc)  # the world's today is a fixed day
SEED = 24


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def usual(type_):
    """A value for a member that every record of a real system has, and that no task asks for."""
    if type_.kind == "enum":
        return type_.values[0]
    return {"int": 0, "number": 0.0, "bool": False, "date": iso(NOW), "string": "none"}.get(type_.kind)


class Builder:
    """Lays records down; `ref` shows one as others refer to it."""

    def __init__(self):
        self.store = Store(NOW)
        self.chance = random.Random(SEED)

    def add(self, path, days=400, **record):
        """A record that was made so many days ago."""
        record = {name: value for name, value in record.items() if value is not None}
        schema = BY_PATH[path].schema
        for name in required(schema):
            value = usual(members(schema)[name])
            if value is not None:
                record.setdefault(name, value)
        return self.store.add(path, record, at=iso(NOW - datetime.timedelta(days=days)))

    def ref(self, schema, record):
        return self.store.reference(schema, record) if record else None

    def named(self, path, **wanted):
        """The one record with these values."""
        found = [record for record in self.store.records[path].values()
                 if all(record.get(name) == value for name, value in wanted.items())]
        assert len(found) == 1, f"{path} {wanted}: {len(found)} records"
        return found[0]

    def any(self, path):
        return self.chance.choice(list(self.store.records[path].values()))

    def list(self, path, words, member="name", **more):
        """A list of names, the first of which is the default."""
        flag = next((name for name in DEFAULT_FLAGS if name in members(BY_PATH[path].schema)), None)
        for at, word in enumerate(words):
            self.add(path, **{member: word}, **({flag: not at} if flag else {}),
                     **{name: value(word) for name, value in more.items()})
