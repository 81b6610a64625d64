#!/usr/bin/env python3
"""Runs the tests of the test bed itself: stand-in, tasks, agent and names. The last line is `N passed, N failed`."""
import sys

if sys.version_info < (3, 11):
    print("tests: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0], file=sys.stderr)
    sys.exit(2)

import unittest
from pathlib import Path


def main():
    found = unittest.defaultTestLoader.discover(str(Path(__file__).resolve().parent))
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(found)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
