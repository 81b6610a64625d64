"""What is right for a name: the one record, a question among several, or none? The rule by which `names.jsonl` is held.

A record is meant by its whole name or its identifier, in any case of letters. Where one is, it is taken (`one`). Where several
are, or none is and several have the words in their name, the caller is asked (`many`). Where none is and one alone has the words,
or the same letters and digits, it may be taken or offered, and no other (`likely`). Else there is none (`none`), and the nearest
are told.
"""
import re
import unicodedata

from standin.collections import BY_PATH
from standin.store import parent_of

LISTS = {"company": "/company/companies", "contact": "/company/contacts", "member": "/system/members", "board": "/service/boards",
         "status": "/service/boards/{parentId}/statuses"}


def names(collection, record):
    """Whole name and, where there is one, identifier, in small letters."""
    whole = " ".join(str(record.get(part, "")) for part in collection.name.split())
    return {str(text).lower() for text in (whole, record.get(collection.identifier)) if text}


def letters(text):
    plain = unicodedata.normalize("NFKD", text.lower())
    return re.sub(r"[^a-z0-9]", "", plain)


def has_words(text, words):
    """Whether a name has these words, one after the other."""
    own, wanted = re.findall(r"\w+", text.lower()), re.findall(r"\w+", words.lower())
    return bool(wanted) and any(own[at:at + len(wanted)] == wanted for at in range(len(own)))


def within(store, row):
    """The records among which a name is looked for: all, or those of a board or company."""
    collection = BY_PATH[LISTS[row["kind"]]]
    records = store.records[collection.path].values()
    scope = row.get("within")
    if not scope:
        return collection, list(records)
    ((kind, name),) = scope.items()
    owner = next(record["id"] for record in store.records[LISTS[kind]].values() if record["name"] == name)
    return collection, [record for record in records
                        if (parent_of(collection, record) if collection.parent else record[kind]["id"]) == owner]


def outcome(store, row):
    """The word and the ids of the records that it is about."""
    collection, records = within(store, row)
    wanted = row["name"].strip().lower()
    whole = [record["id"] for record in records if wanted in names(collection, record)]
    if whole:
        return ("one" if len(whole) == 1 else "many"), whole
    part = [record["id"] for record in records if any(has_words(name, wanted) for name in names(collection, record))]
    same = [record["id"] for record in records if letters(wanted) in {letters(name) for name in names(collection, record)}]
    found = sorted({*part, *same})
    return ("none", []) if not found else ("likely" if len(found) == 1 else "many", found)
