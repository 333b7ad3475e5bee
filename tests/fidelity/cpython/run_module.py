"""Runs a module of CPython's regression tests, and tells how each test ended.

usage: run_module.py MODULE [PATTERN ...]

Each outcome is a line of stdout that begins with a record separator: JSON
{"id", "outcome", "why"}; the last says {"ended": true}. The patterns, as a shell's,
choose tests by their ids. It is run in a guest, by dhg and by plain python3.
"""

import fnmatch
import importlib
import json
import os
import sys
import tempfile
import unittest

SLOWER = 5  # than the machines that the suite's own time limits were made for


class Reporter(unittest.TestResult):
    """Tells each outcome at once: the process may not live to the end."""

    def __init__(self):
        super().__init__()
        self._fd = os.dup(1)
        os.set_inheritable(self._fd, False)
        self._worst = None

    def tell(self, **record):
        os.write(self._fd, b"\n\x1e" + json.dumps(record).encode() + b"\n")

    def startTest(self, test):
        super().startTest(test)
        self._worst = ("ok", "")
        self.tell(id=test.id(), outcome="unfinished", why="")

    def stopTest(self, test):
        super().stopTest(test)
        self.tell(id=test.id(), outcome=self._worst[0], why=self._worst[1])

    def _end(self, test, outcome, why):
        if self._worst is None:  # of a class or a module, not of a test
            self.tell(id=str(test), outcome=outcome, why=why)
        else:
            self._worst = (outcome, why)

    def addError(self, test, error):
        self._end(test, "error", self._told(error))

    def addFailure(self, test, error):
        self._end(test, "failure", self._told(error))

    def addSkip(self, test, reason):
        if self._worst is None or self._worst[0] == "ok":
            self._end(test, "skipped", reason)

    def addExpectedFailure(self, test, error):
        self._end(test, "expected failure", "")

    def addUnexpectedSuccess(self, test):
        self._end(test, "unexpected success", "")

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self.addFailure(test, error)

    @staticmethod
    def _told(error):
        return f"{error[0].__name__}: {error[1]}"[-400:]


def _each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _each(test)
        else:
            yield test


def main(name, patterns):
    from test import support

    support.use_resources = []  # as `python3 -m test` does without -u
    for limit in ("LOOPBACK_TIMEOUT", "INTERNET_TIMEOUT", "SHORT_TIMEOUT", "LONG_TIMEOUT"):
        setattr(support, limit, getattr(support, limit) * SLOWER)
    reporter = Reporter()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        module = importlib.import_module(f"test.{name}")
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        if patterns:
            chosen = [t for t in _each(suite) if any(fnmatch.fnmatch(t.id(), p) for p in patterns)]
            suite = unittest.TestSuite(chosen)
        suite.run(reporter)
        os.chdir("/")
    reporter.tell(ended=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
