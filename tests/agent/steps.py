"""The next step that a refusal names: a ready call, a value that is offered, or the list that a number is looked up in."""
import json
import re

from reading import shown_values

WHERE = re.compile(r"^- (?:(?P<part>data|params)\.(?P<name>[\w./]+)|PATH)", re.M)
OFFERED = re.compile(r"^\s*offered: (.*)$", re.M)
LIST = re.compile(r"\bGET (/[\w/{}]+)(?: with (\w+)=([^\n|]+))?")
PARAMETER = re.compile(r"`(\w+)`: `")
FIELD = re.compile(r"`(\w+)`")


def next_step(call, text, answer, agent):
    """The call to make after a refusal; None where the refusal names none that can be followed."""
    for ready in shown_values(answer or {}, "call"):
        if isinstance(ready, dict) and "path" in ready:
            return {**call, **ready}
    return offered(call, text, agent) or looked_up(call, text, agent)


def offered(call, text, agent):
    """The call with the values that are offered in place of those that were wrong."""
    call = {**call, "params": dict(call.get("params") or {}), "data": call.get("data")}
    is_changed = False
    faults = list(WHERE.finditer(text))
    for fault, end in zip(faults, [*(fault.start() for fault in faults[1:]), len(text)]):
        offers = OFFERED.search(text, fault.end(), end)
        if not offers or not fault["part"]:
            continue
        values = offers[1].split(" | ")
        found = LIST.search(offers[1])
        if fault["part"] == "params" and found:
            number = number_in(agent, found[1], {found[2]: found[3].strip()} if found[2] else {}, call["params"].get(fault["name"]))
            if number is not None:
                call["params"][fault["name"]] = number
                is_changed = True
        elif fault["part"] == "params" and re.search(r"[=<>]", values[-1]):
            # A whole filter is the last of those that are offered.
            other = PARAMETER.search(text, fault.end(), end)
            if other and other[1] != fault["name"]:
                # What was given is a field of the records, and belongs into their filter.
                call["params"].pop(fault["name"], None)
                before = call["params"].get(other[1])
                call["params"][other[1]] = f"{before} and {values[-1]}" if before else values[-1]
            else:
                call["params"][fault["name"]] = values[-1]
            is_changed = True
        elif fault["part"] == "data" and isinstance(call["data"], dict) and fault["name"] in call["data"] and len(values) == 1:
            try:
                call["data"] = {**call["data"], fault["name"]: json.loads(values[0])}
                is_changed = True
            except ValueError:
                continue
    return call if is_changed else None


def looked_up(call, text, agent):
    """The call with the number of a record in place of its name, where the refusal names field and list."""
    found = LIST.search(text)
    body = call.get("data")
    if not found or not isinstance(body, dict) or "{" in found[1]:
        return None
    name = next((name for name in FIELD.findall(text) if name in body), None)
    if name is None:
        return None
    value = body[name]
    value = next(iter(value.values()), None) if isinstance(value, dict) else value
    number = number_in(agent, found[1], {}, value)
    return None if number is None else {**call, "data": {**body, name: {"id": number}}}


def number_in(agent, path, params, name):
    """The number of the one record of a list that is called so."""
    is_error, _, answer = agent.dispatch({"path": path, "method": "GET", "params": params},
                                         **({} if params else {"all_pages": True}))
    if is_error or answer is None:
        return None
    found = [row["id"] for row in agent.rows(answer, None) if "id" in row and is_called(row, str(name))]
    return found[0] if len(found) == 1 else None


def is_called(row, name):
    """Whether a text of a row, or two of them together, is the name: `Sam` and `Taylor`."""
    texts = [value.lower() for value in row.values() if isinstance(value, str)]
    return name.lower() in texts or any(f"{first} {second}" == name.lower() for first in texts for second in texts)
