"""Did a task end as it should? Answers are compared with the records, and every record that changed must be one that was to."""
from standin.collections import BY_PATH
from standin.schemas import value_at

TESTS = {"=": lambda a, b: a == b, "<": lambda a, b: a is not None and a < b, ">": lambda a, b: a is not None and a > b,
         ">=": lambda a, b: a is not None and a >= b, "!=": lambda a, b: a != b}


def chosen(store, wanted):
    """Records of a collection that pass plain comparisons. Dates are compared as text, which their one form allows."""
    return [record for record in store.records[wanted["in"]].values()
            if all(TESTS[operator](value_at(record, path), value) for path, operator, value in wanted.get("where", []))
            and wanted.get("id") in (None, record["id"])]


def right_answer(store, wanted, value):
    """Whether what the agent found out is what the records say."""
    records = chosen(store, wanted)
    if "rows" in wanted:
        of = wanted["rows"]
        texts = lambda rows: sorted(str(row[of] if of in row else value_at(row, of)) for row in rows)
        return isinstance(value, list) and texts(value) == texts(records)
    if "count" in wanted:
        return value == len(records)
    if "sum" in wanted:
        return isinstance(value, (int, float)) and abs(value - sum(value_at(record, wanted["sum"]) for record in records)) < 0.005
    names = [value_at(record, wanted["by"]) for record in records]
    counts = {name: names.count(name) for name in names}
    if not isinstance(value, list) or not value or any(len(pair) != 2 or counts.get(pair[0]) != pair[1] for pair in value):
        return False
    return sorted(number for _, number in value) == sorted(counts.values())[-wanted["top"]:]


def differences(before, after):
    """What was made, changed and removed: path, id, and the names of members that differ, `_info` aside."""
    found = []
    for path in BY_PATH:
        old, new = before.records[path], after.records[path]
        for number in sorted(old.keys() | new.keys()):
            if number not in new:
                found.append(("gone", path, number, ()))
            elif number not in old:
                found.append(("made", path, number, ()))
            else:
                names = {name for name in old[number].keys() | new[number].keys()
                         if name != "_info" and old[number].get(name) != new[number].get(name)}
                if names:
                    found.append(("changed", path, number, tuple(sorted(names))))
    return found


def ended(before, after, end):
    """Whether the end state holds, and the differences that no task asked for.

    What follows from a change (a closed ticket's date) may differ too; the server sets it: see `fixed` of the collections.
    """
    left = differences(before, after)
    holds = True
    for wanted in end.get("changed", []):
        record = chosen(before, wanted)[0]
        now = after.records[wanted["in"]].get(record["id"], {})
        holds = holds and all(value_at(now, path) == value for path, value in wanted["to"].items())
        may = {path.split("/")[0] for path in wanted["to"]} | set(BY_PATH[wanted["in"]].fixed)
        left = [one for one in left if not (one[:3] == ("changed", wanted["in"], record["id"]) and set(one[3]) <= may)]
    for wanted in end.get("made", []):
        match = next((one for one in left if one[:2] == ("made", wanted["in"]) and all(
            value_at(after.records[one[1]][one[2]], path) == value for path, value in wanted["with"].items())), None)
        holds = holds and match is not None
        left = [one for one in left if one != match]
    for wanted in end.get("gone", []):
        match = ("gone", wanted["in"], wanted["id"], ())
        holds = holds and match in left
        left = [one for one in left if one != match]
    return holds, left
