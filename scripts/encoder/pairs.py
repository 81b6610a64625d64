"""Pairs to train on: a request, the text of the operation that answers it, and one that looks like it and does not."""
import collections
import dataclasses
import hashlib
import json
import random
import re

SEED = 20261128
BATCH, OF_ONE_API = 256, 16  # pairs of one API lie together in a batch: each is a hard negative for the others
OF_A_FILE, OF_A_FAMILY = 90, 2_500  # operations at most: a few publishers have most of the directory
LARGEST_FILE = 6_000_000  # bytes
METHODS = ("get", "post", "put", "patch", "delete")

# Files that a judged set uses, or that speak of the same products: none of them is trained on.
JUDGED = re.compile(r"connectwise|asana|spotify|tmdb|themoviedb|googleapis.com.*(sheets|calendar)|slack\.com", re.IGNORECASE)

REQUESTS = ("{}", "{}", "{}", "how do I {}", "I need to {}", "please {}", "can you {}", "want to {}", "{} please",
            "we have to {} today", "is there a way to {}", "help me {}", "let me {}")
READ = ("show me {}", "list {}", "which {} do we have", "look up {}", "find {}", "get {}", "what {} are there",
        "I want to see {}", "pull {}", "{}")
VERBS = {"GET": READ, "POST": ("add {}", "create {}", "new {}", "enter {}", "set up {}", "register {}"),
         "PATCH": ("change {}", "update {}", "correct {}", "edit {}", "adjust {}", "set {}"),
         "DELETE": ("delete {}", "remove {}", "get rid of {}"), "PUT": ("replace {}", "overwrite {}")}
COUNT = ("how many {}", "number of {}", "count {}")


@dataclasses.dataclass
class Pair:
    api: str
    request: str
    document: str
    right: frozenset  # texts that would be right as well, and so are no negatives
    wrong: str = ""   # a text that looks like the right one


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def public(folder, reduced, left_out):
    """Writes for each public file one of its routes alone, a sample, into `reduced`, and returns what their operations say."""
    reduced.mkdir(exist_ok=True)
    chance, families, said, out = random.Random(SEED), collections.Counter(), [], []
    files = [(file.relative_to(folder).as_posix(), file) for file in sorted(folder.rglob("*.json"))]
    for name, file in sorted(files, key=lambda f: hashlib.sha256(f[0].encode()).digest()):
        data = file.read_bytes()
        if JUDGED.search(name) or JUDGED.search(data[:4_000].decode(errors="replace")):
            out.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            continue
        if len(data) > LARGEST_FILE:
            continue
        try:
            paths = json.loads(data).get("paths") or {}
        except (ValueError, AttributeError):
            continue
        operations = [(path, method, operation) for path, item in paths.items() if isinstance(item, dict)
                      for method, operation in item.items() if method in METHODS and isinstance(operation, dict)
                      and any(operation.get(key) for key in ("summary", "description", "operationId"))]
        chance.shuffle(operations)
        family = name.split("/")[0]
        operations = operations[:min(OF_A_FILE, OF_A_FAMILY - families[family])]
        families[family] += len(operations)
        bare = {}
        for path, method, operation in operations:
            number = str(len(said))
            given = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                     for n in dict.fromkeys(re.findall(r"\{([^{}/]+)\}", path))]
            bare.setdefault(path, {})[method] = {"operationId": "o" + number, "parameters": given,
                                                 "responses": {"200": {"description": ""}}}
            said.append({"api": name, "id": "o" + number, **{key: str(operation.get(key) or "")
                                                             for key in ("summary", "description", "operationId")}})
        if bare:
            (reduced / f"{len(said):06}.json").write_text(json.dumps(
                {"openapi": "3.0.0", "info": {"title": "public", "version": "1"}, "paths": bare}))
    left_out.write_text("".join(sorted(out)), encoding="utf-8")
    return said


def plain(text):
    text = re.sub(r"<[^>]+>|https?://\S+|[`*_#]|\[([^\]]*)\]\([^)]*\)", lambda found: found.group(1) or " ", text)
    return " ".join(text.split())


def begun_small(text):
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def thinned(text, chance):
    """Three of ten texts lose an eighth of their words, as people leave words out."""
    words = text.split()
    if len(words) > 5 and chance.random() < .3:
        words = [word for word in words if chance.random() > .12]
    return " ".join(words)


def of_public(said, routes, number, chance):
    """A summary, a sentence of the description or the operationId's words, against the route's text, half of them with the rest
    of what the operation says of itself: so that neither bare routes nor described ones are strange."""
    made = []
    for operation in said:
        route = routes.get(operation["id"])
        if not route:
            continue
        summary, description = plain(operation["summary"]), plain(operation["description"])
        first, *others = re.split(r"(?<=[.!?]) ", description)
        name = re.sub(r"[_.-]", " ", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", operation["operationId"])).lower()
        choices = [(kind, text, weight) for kind, text, least, most, weight in (
            ("summary", summary, 2, 24, 3), ("description", first, 4, 30, 3), ("name", name, 2, 10, 1))
            if least <= len(text.split()) <= most]
        if not choices:
            continue
        kind, text, _ = chance.choices(choices, weights=[weight for *_, weight in choices])[0]
        rest = " ".join(others) if kind == "description" else description
        document = route
        if rest and chance.random() < .5:
            own = summary + ". " if summary and kind != "summary" else ""
            document = f"{own}{rest[:400]} {route}"
        request = chance.choice(REQUESTS).format(thinned(begun_small(text.rstrip(".")), chance))
        made.append(Pair(operation["api"], request.lower() if chance.random() < .5 else request, document, frozenset([document])))
    chance.shuffle(made)
    return made[:number]


def relatives(documents):
    """Of each document those that look like it: the same resource with another verb, or the same last words elsewhere."""
    groups = collections.defaultdict(list)
    for document in documents:
        literals = tuple(part for part in document["path"].split("/") if part and "{" not in part)
        groups[literals].append(document)
        groups[literals[-1:]].append(document)
    return lambda document: [other for key in (
        tuple(part for part in document["path"].split("/") if part and "{" not in part),)
        for other in groups[key] + groups[key[-1:]] if other is not document]


def of_glossary(documents, like, number, chance):
    made, pool = [], [document for document in documents if document["gloss"]]
    while len(made) < number and pool:
        document = chance.choice(pool)
        body = document["gloss"].split(": ", 1)[-1]
        is_, _, also = body.rpartition("; ")
        phrase = chance.choice([part.strip() for part in also.split(",")] + [is_ or body])
        verbs = COUNT if document["path"].endswith("/count") else VERBS[document["method"]]
        made.append(pair("glossary", chance.choice(verbs).format(phrase), document, [document], like, chance,
                         gloss=chance.random() < .4))
    return made


def pair(kind, request, document, right, like, chance, gloss):
    texts = frozenset(text for one in right for text in (one["text"], one["gloss"]) if text)
    others = [other["text"] for other in like(document) if other["text"] not in texts]
    return Pair(kind, request, document["gloss"] if gloss and document["gloss"] else document["text"], texts,
                chance.choice(others) if others else "")


def of_requests(requests, documents, like, rounds, chance):
    by = {(document["method"], document["path"]): document for document in documents}
    made = []
    for turn in range(rounds):
        for request in requests:
            right = [(judged["grade"], by[judged["method"], judged["path"]]) for judged in request["relevant"]
                     if (judged["method"], judged["path"]) in by]
            exact = [document for grade, document in right if grade == 2]
            if exact:
                made.append(pair("request", request["query"], exact[0] if chance.random() < .7 else chance.choice(exact),
                                 [document for _, document in right], like, chance, gloss=turn % 2 == 1))
    chance.shuffle(made)
    return made


def batches(said, public_texts, own_texts, requests, settings):
    """Lists of 256 pairs, in the order in which they are trained on."""
    chance = random.Random(SEED)
    routes = {line["operation_id"]: line["text"] for line in lines(public_texts)}
    documents = lines(own_texts)
    like = relatives(documents)
    written = [request for file in requests for request in lines(file) if request["source"] not in settings.leave_out]
    kinds = [sorted(of_public(said, routes, settings.public, chance), key=lambda p: p.api),
             of_glossary(documents, like, settings.glossary, chance),
             of_requests(written, documents, like, settings.rounds, chance)]
    chunks = []
    for kind in kinds:
        groups = collections.defaultdict(list)
        for one in kind:
            groups[one.api].append(one)
        for group in groups.values():
            chunks += [group[at:at + OF_ONE_API] for at in range(0, len(group), OF_ONE_API)]
    chance.shuffle(chunks)
    flat = [one for chunk in chunks for one in chunk]
    return [flat[at:at + BATCH] for at in range(0, len(flat) - BATCH + 1, BATCH)]


def texts(own_texts):
    """Texts of ConnectWise's operations, by which the first token is measured: every fourth."""
    return sorted({line["text"] for line in lines(own_texts)})[::4]
