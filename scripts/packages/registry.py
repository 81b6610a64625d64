"""A registry of files on this machine, as npm and pip ask one: to try packages as they will be installed once they are published."""
import base64
import contextlib
import hashlib
import http.server
import json
import tarfile
import threading
import urllib.parse


@contextlib.contextmanager
def serving(files):
    """Serves packages from a port of loopback and gives its URL: for npm as it is, for Python's installers with `/simple` behind it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    server.files = {file.name: file for file in files}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).strip("/")
        kind, _, name = path.partition("/")
        if kind == "files" and name in self.server.files:
            return self.answer(self.server.files[name].read_bytes(), "application/octet-stream")
        if kind == "simple" and (page := self.wheels(name)):
            return self.answer(page.encode(), "text/html")
        if package := self.npm_package(path):
            return self.answer(json.dumps(package).encode(), "application/json")
        return self.answer(b"{}", "application/json", 404)

    def answer(self, body, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def wheels(self, project):
        """The page of a project in PyPI's simple index."""
        wheels = [file for name, file in self.server.files.items()
                  if name.endswith(".whl") and name.split("-")[0].replace("_", "-") == project]
        return "".join(f'<a href="{self.server.url}/files/{file.name}#sha256={hashlib.sha256(file.read_bytes()).hexdigest()}">'
                       f"{file.name}</a>\n" for file in wheels)

    def npm_package(self, wanted):
        """What npm is told of a package and its one version."""
        for name, file in self.server.files.items():
            if not name.endswith(".tgz"):
                continue
            with tarfile.open(file) as archive:
                package = json.load(archive.extractfile("package/package.json"))
            if package["name"] == wanted:
                integrity = "sha512-" + base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
                package["dist"] = {"tarball": f"{self.server.url}/files/{name}", "integrity": integrity}
                return {"name": wanted, "dist-tags": {"latest": package["version"]}, "versions": {package["version"]: package}}
        return None

    def log_message(self, *_):
        """Nothing: what is printed is for the checks."""
