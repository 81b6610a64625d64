"""An MCP client over stdio: starts the server in a home of its own and calls its tools."""
import json
import os
import queue
import subprocess
import threading
import time

ANSWER_S, READY_S, END_S = 120, 600, 20  # how long an answer, the index, and the server's end may take
# What the server gets of this machine: nothing of a user's own settings.
KEPT = ["PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG"]


class Broken(Exception):
    """A server that does not answer: one line that says why."""


class Server:
    """A running `serve`; `instructions` and `tools` are what it said of itself."""

    def __init__(self, program, home, models, settings):
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment.update(settings, HOME=str(home), USERPROFILE=str(home), APPDATA=str(home), LOCALAPPDATA=str(home))
        self.command = [str(program), "--home", str(home), "--models", str(models)]
        self.environment, self.home = environment, home
        self.number = 0

    def __enter__(self):
        # Built first: a server without an index answers by keyword alone while it builds one.
        try:
            built = subprocess.run([*self.command, "-q", "index", "build"], env=self.environment, stdin=subprocess.DEVNULL,
                                   capture_output=True,
                                   text=True, timeout=READY_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Broken(f"{self.command[0]} cannot build an index: {error}") from error
        if built.returncode:
            raise Broken(f"no index was built: {built.stderr.strip()[-300:]}")
        self.log = open(self.home / "serve.log", "wb")
        self.process = subprocess.Popen([*self.command, "serve"], env=self.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        try:
            self.greet()
        except BaseException:
            self.__exit__()
            raise
        return self

    def greet(self):
        begun = self.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {},
                                        "clientInfo": {"name": "scripted", "version": "1"}})
        self.instructions = begun.get("instructions", "")
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.tools = {tool["name"]: tool for tool in self.ask("tools/list", {})["tools"]}

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as error:
            raise Broken(f"the server has ended: {error}") from error

    def ask(self, method, params):
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        until = time.monotonic() + ANSWER_S
        while True:
            try:
                message = self.lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise Broken(f"no answer to {method} within {ANSWER_S} s") from None
            if message is None:
                raise Broken(f"the server ended at {method}; see {self.home / 'serve.log'}")
            if message.get("id") == self.number and "method" not in message:
                if "error" in message:
                    raise Broken(f"{method}: {message['error'].get('message')}")
                return message["result"]

    def call(self, tool, arguments):
        """Whether it is an error, the text, and the JSON where there is some."""
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        text = "".join(part.get("text", "") for part in result["content"])
        return bool(result.get("isError")), text, result.get("structuredContent")
