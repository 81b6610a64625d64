"""The stand-in over HTTP, on loopback: credentials, routes, pages, and a list of all requests."""
import json
import re
import threading
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import writes
from .collections import COLLECTIONS
from .faults import Refusal, malformed, not_found
from .links import linked
from .store import ordered, page_of, projected

BASE = "/v4_6_release/apis/3.0"
SEARCHED = ("/service/tickets", "/project/tickets")  # lists that a POST of filters asks as well
FILTERS = ("conditions", "childConditions", "customFieldConditions", "orderBy")


class Route:
    """A collection's address with what may stand behind it."""

    def __init__(self, collection):
        self.collection = collection
        self.pattern = re.compile(collection.path.replace("{parentId}", r"(?P<parent>\d+)") + r"(?:/(?P<rest>\d+|count|search))?$")


ROUTES = [Route(collection) for collection in COLLECTIONS]
# Lists below a record that show of each row its id alone: the collection, and the members that hold the record's id.
SHORT = {"timeentries": ("/time/entries", "ticket"), "scheduleentries": ("/schedule/entries", "objectId"),
         "activities": ("/sales/activities", "ticket")}
SHORT_LIST = re.compile(rf"/(?:service|project)/tickets/(?P<parent>\d+)/(?P<list>{'|'.join(SHORT)})(?P<count>/count)?$")


class Api:
    """Answers requests over a store, which can be exchanged between two requests."""

    def __init__(self, store):
        self.store = store
        self.requests = []  # method, path, query and status of each
        self.lock = threading.Lock()

    def answer(self, method, path, query, body, headers, base):
        """Status, headers and JSON of an answer."""
        with self.lock:
            try:
                check_credentials(headers)
                status, more, value = self.route(method, path, query, body, headers, base)
            except Refusal as refusal:
                status, more, value = refusal.status, {}, refusal.body
            self.requests.append({"method": method, "path": path, "query": query, "status": status})
            return status, more, value

    def route(self, method, path, query, body, headers, base):
        for route in ROUTES:
            if match := route.pattern.match(path.replace("/allNotes", "/notes")):
                break
        else:
            return self.short(method, path)
        collection, rest = route.collection, match["rest"]
        parent = int(match["parent"]) if "parent" in match.groupdict() else None
        if parent is not None:
            self.store.get(collection.parent_path, parent)
        if rest is None:
            if method == "GET":
                return self.list(collection, query, parent, headers, base, path)
            if method == "POST":
                made = writes.create(self.store, collection, parsed(body), parent)
                return 201, {}, linked(self.store, collection, made, base)
        elif rest == "count" and method == "GET":
            return 200, {}, {"count": len(self.store.find(collection.path, query, parent))}
        elif rest == "search" and method == "POST" and collection.path in SEARCHED:
            return self.list(collection, {**query, **self.filters(parsed(body))}, parent, headers, base, path)
        elif rest.isdigit():
            return self.one(method, collection, self.store.get(collection.path, int(rest), parent), query, body, base)
        raise Refusal(405, "MethodNotAllowed", f"The requested resource does not support http method '{method}'.")

    def short(self, method, path):
        match = SHORT_LIST.match(path)
        if match is None or method != "GET":
            raise Refusal(404, "NotFound", f"No resource matches {path}.")
        below, member = SHORT[match["list"]]
        held = [(record["id"], record.get(member)) for record in self.store.records[below].values()]
        rows = [{"id": number} for number,
                value in held if (value.get("id") if isinstance(value, dict) else value) == int(match["parent"])]
        return 200, {}, {"count": len(rows)} if match["count"] else rows

    @staticmethod
    def filters(body):
        known = {name.lower(): name for name in FILTERS}
        for name in body:
            if name.lower() not in known:
                raise malformed(f"Could not find member '{name}' on object of type 'FilterValues'.")
        return {known[name.lower()]: value for name, value in body.items()}

    def list(self, collection, query, parent, headers, base, path):
        url = base + path
        records = self.store.find(collection.path, query, parent)
        if headers.get("pagination-type", "").lower() == "forward-only":
            return self.forward(collection, records, query, base, url)
        rows, page, last = page_of(records, query)
        numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
        wanted = [name for name in numbers if (name in ("first", "prev")) == (numbers[name] < page) and 1 <= numbers[name] <= last
                  and numbers[name] != page]
        link = ", ".join(f'<{url}?{urllib.parse.urlencode({**query, "page": numbers[name]})}>; rel="{name}"' for name in wanted)
        return 200, {"Link": link} if link else {}, self.shown(collection, rows, query, base)

    def shown(self, collection, rows, query, base):
        return [projected(linked(self.store, collection, row, base), query.get("fields"), collection.schema) for row in rows]

    def forward(self, collection, records, query, base, url):
        if query.get("orderBy"):
            raise Refusal(400, "InvalidParameter", "orderBy cannot be used with forward-only paging.")
        after = int(query.get("pageId") or 0)
        records = [record for record in ordered(records, None, collection.schema) if record["id"] > after]
        rows, _, last = page_of(records, {**query, "page": 1})
        link = {}
        if last > 1:
            link["Link"] = f'<{url}?{urllib.parse.urlencode({**query, "pageId": rows[-1]["id"]})}>; rel="next"'
        return 200, link, self.shown(collection, rows, query, base)

    def one(self, method, collection, record, query, body, base):
        if method == "GET":
            return 200, {}, self.shown(collection, [record], query, base)[0]
        if method == "PATCH":
            return 200, {}, linked(self.store, collection, writes.patch(self.store, collection, record, parsed(body)), base)
        if method == "PUT":
            return 200, {}, linked(self.store, collection, writes.put(self.store, collection, record, parsed(body)), base)
        if method == "DELETE":
            writes.delete(self.store, collection, record)
            return 204, {}, None
        raise Refusal(405, "MethodNotAllowed", f"The requested resource does not support http method '{method}'.")


def parsed(body):
    try:
        return json.loads(body)
    except ValueError:
        raise malformed("The request's body is no JSON.") from None


def check_credentials(headers):
    if not headers.get("authorization", "").startswith("Basic "):
        raise Refusal(401, "Unauthorized", "You must be authenticated to use this API.")
    if not headers.get("clientid"):
        raise Refusal(401, "Security", "A clientId is required.")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        split = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        base = f"http://{self.headers.get('host')}{BASE}"
        if split.path.startswith(BASE + "/"):
            status, more, value = self.server.api.answer(self.command, split.path.removeprefix(BASE), query, body, headers, base)
        else:
            status, more, value = 404, {}, not_found("resource").body
        sent = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(sent)),
                           "api-current-version": "2022.1", **more}.items():
            if status != 204 or name not in ("Content-Type", "Content-Length"):
                self.send_header(name, text)
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

    def log_message(self, *_):
        """Requests are in the list; nothing is printed."""


@contextmanager
def serving(store, port=0):
    """A running stand-in: its `Api` and its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.api = Api(store)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.api, f"http://127.0.0.1:{server.server_port}{BASE}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
