#!/usr/bin/env python3
"""Serves the stand-in on loopback until it is interrupted, and prints the settings by which the program reaches it.

    tests/agent/serve.py --port 8099 --log     also prints each request with its status

Every start has the same records. Nothing is kept.
"""
import sys

if sys.version_info < (3, 11):
    print("serve: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0], file=sys.stderr)
    sys.exit(2)

import argparse
import json
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from run import SETTINGS
from standin.server import serving
from standin.world import world


def main():
    parser = argparse.ArgumentParser(prog="serve", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="a free one where none is given")
    parser.add_argument("--log", action="store_true", help="print each request")
    arguments = parser.parse_args()
    with serving(world(), arguments.port) as (api, url):
        for name, value in {"CONNECTWISE_API_URL": url, **SETTINGS}.items():
            print(f"export {name}={value}", flush=True)
        shown = 0
        while True:
            time.sleep(0.2)
            for request in api.requests[shown:] if arguments.log else []:
                print(f"{request['status']} {request['method']} {request['path']} {json.dumps(request['query'])}", file=sys.stderr, flush=True)
                shown += 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
    except OSError as error:
        sys.exit(print(f"serve: {error}", file=sys.stderr) or 2)
