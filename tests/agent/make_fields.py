#!/usr/bin/env python3
"""Makes `standin/fields.json` of a manifest, or says with --check whether it is what that manifest has.

    cargo bench --bench operations -- --write-manifest manifest.json
    tests/agent/make_fields.py manifest.json

It holds the schemas of the stand-in's collections and what these refer to. Exit code: 0 written or the same, 1 not the same.
"""
import sys

if sys.version_info < (3, 11):
    print("make_fields: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import argparse
import json
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from standin.collections import COLLECTIONS

FILE = Path(__file__).resolve().parent / "standin" / "fields.json"
KINDS = {"integer": "int", "number": "number", "boolean": "bool", "string": "string"}


def type_text(schema):
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if schema.get("type") == "array":
        return f"[{type_text(schema['items'])}]"
    if schema.get("enum"):
        return "|".join(str(value) for value in schema["enum"] if value is not None)
    return "date" if schema.get("format", "").startswith("date") else KINDS.get(schema.get("type"), "object")


def made(manifest):
    """The text of the file."""
    schemas = manifest["components"]["schemas"]
    wanted, lines = [collection.schema for collection in COLLECTIONS], {}
    for name in wanted:
        if name in lines:
            continue
        pairs = {member: type_text(schema) for member, schema in schemas[name].get("properties", {}).items() if member != "_info"}
        required = schemas[name].get("required", [])
        lines[name] = " ".join(f"{'*' if member in required else ''}{member}:{kind}" for member, kind in pairs.items())
        wanted += [kind.strip("[]") for kind in pairs.values() if kind.strip("[]") in schemas]
    return json.dumps(dict(sorted(lines.items())), indent=0) + "\n"


def main():
    parser = argparse.ArgumentParser(prog="make_fields", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    text = made(json.loads(arguments.manifest.read_text(encoding="utf-8")))
    if not arguments.check:
        FILE.write_text(text, encoding="utf-8")
    elif text != FILE.read_text(encoding="utf-8"):
        print(f"make_fields: {FILE} is not what {arguments.manifest} has; run it without --check", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
