#!/usr/bin/env python3
"""Is a program that does not answer named, and not waited for? `python tests/agent/test_client.py`."""
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from client import Broken, Server

# A program that can be told to fail at each point.
PROGRAM = '''#!%s
import json, os, sys
fails = os.environ.get("FAILS")
if "build" in sys.argv:
    sys.exit(print("no room", file=sys.stderr) or 2 if fails == "build" else 0)
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == fails:
        sys.exit(0)
    answers = {"initialize": {"instructions": "do"}, "tools/list": {"tools": [{"name": "t"}]},
               "tools/call": {"isError": True, "content": [{"type": "text", "text": "no"}, {"type": "text", "text": "!"}]}}
    print(json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {}}), flush=True)
    if asked.get("method") in answers:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": answers[asked["method"]]}), flush=True)
''' % sys.executable


@unittest.skipIf(os.name == "nt", "a script is no program there")
class Client(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.program = self.home / "program"
        self.program.write_text(PROGRAM, encoding="utf-8")
        self.program.chmod(0o755)

    def server(self, fails=""):
        return Server(self.program, self.home, self.home, {"FAILS": fails})

    def test_what_a_server_says_of_itself_and_answers_is_there(self):
        with self.server() as server:
            self.assertEqual((server.instructions, list(server.tools)), ("do", ["t"]))
            self.assertEqual(server.call("t", {}), (True, "no!", None))
        self.assertIsNotNone(server.process.returncode)

    def test_a_program_that_fails_is_named(self):
        for fails, told in [("build", "no room"), ("initialize", "ended at initialize"), ("tools/list", "ended at tools/list")]:
            with self.assertRaisesRegex(Broken, told):
                self.server(fails).__enter__()
        with self.assertRaisesRegex(Broken, "cannot build an index"):
            Server(self.home / "missing", self.home, self.home, {}).__enter__()


if __name__ == "__main__":
    unittest.main()
