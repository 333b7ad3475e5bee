"""CPython's own tests end in a program of `dhg exec` as under plain python3 in the same guest.

DHG_FIDELITY=all runs the whole list of selection.py, which takes hours without KVM.
"""

import concurrent.futures
import fnmatch
import os
import pathlib
import re

import pytest
import selection
from suite_guest import SuiteGuest

DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "fidelity.md"
EVERYTHING = os.environ.get("DHG_FIDELITY") == "all"
JOBS = int(os.environ.get("DHG_FIDELITY_JOBS") or os.cpu_count() or 2)
MODULES = selection.ALWAYS + (selection.REST if EVERYTHING else [])
TRIES = 3  # of a test that differs: some depend on how busy the machine is


def _explained():
    """Patterns of the ids of tests that differ, and how those end in dhg: docs/fidelity.md."""
    lines = re.findall(r"^\| `(test\.[^`]+)` \| ([a-z ]+) \|", DOCUMENT.read_text(), re.MULTILINE)
    return dict(lines)


@pytest.fixture(scope="session")
def outcomes(request, prepared, tmp_path_factory):
    """Futures of (what dhg gives, what plain python3 gives), by the name of the module."""
    chosen = {
        item.callspec.params["module"]
        for item in request.session.items
        if item.path == pathlib.Path(__file__)
    }
    guest = SuiteGuest(prepared, tmp_path_factory.mktemp("testsuite"))
    folder = tmp_path_factory.mktemp("plain")

    def run(module):
        asked = (module.name, module.seconds, module.patterns)
        return Comparison(guest, folder, *asked)

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        # The longest first, so that none is left over at the end.
        ordered = sorted(chosen, key=lambda module: -module.seconds)
        yield {module: pool.submit(run, module) for module in ordered}
        pool.shutdown(cancel_futures=True)


class Comparison:
    """A module's tests in dhg and under plain python3."""

    def __init__(self, guest, folder, name, seconds, patterns):
        self.dhg = guest.by_dhg(name, seconds, patterns)
        self.python = guest.by_python(name, seconds, patterns, folder)
        for _ in range(TRIES - 1):
            again = [test for test in self.differing() if not _why(test)]
            if not again or not (self.dhg.ended and self.python.ended):
                break
            # In one process the tests before it may matter: the whole module, but what is
            # looked at is only what differed.
            self.dhg.by_id.update(_only(again, guest.by_dhg(name, seconds, again)))
            self.python.by_id.update(_only(again, guest.by_python(name, seconds, again, folder)))

    def differing(self):
        """The ids of the tests that do not end alike."""
        both = {*self.dhg.by_id, *self.python.by_id}
        return sorted(test for test in both if self.of_dhg(test)[0] != self.of_python(test)[0])

    def of_dhg(self, test):
        return self.dhg.by_id.get(test, ("not run", ""))

    def of_python(self, test):
        return self.python.by_id.get(test, ("not run", ""))


def _only(tests, outcomes):
    return {test: outcome for test, outcome in outcomes.by_id.items() if test in tests}


def _why(test):
    """The pattern of docs/fidelity.md that explains this test, or None."""
    return next((p for p in _explained() if fnmatch.fnmatchcase(test, p)), None)


def _id(module):
    return f"{module.name}-some" if module.patterns else module.name


@pytest.mark.parametrize("module", MODULES, ids=_id)
def test_same_as_plain_python(module, outcomes):
    compared = outcomes[module].result()
    assert compared.python.ended, f"plain python3 came to no end: {compared.python.end}"
    assert compared.dhg.ended, f"dhg came to no end: {compared.dhg.end}"
    assert len(compared.python.by_id) >= module.at_least
    differing = compared.differing()
    told = [
        f"{test}: python3 {compared.of_python(test)}, dhg {compared.of_dhg(test)}"
        for test in differing
        if _explained().get(_why(test)) != compared.of_dhg(test)[0]
    ]
    assert not told, "\n" + "\n".join(told)
    stale = [
        pattern
        for pattern in _explained()
        if fnmatch.filter([*compared.dhg.by_id, *compared.python.by_id], pattern)
        and not fnmatch.filter(differing, pattern)
    ]
    assert not stale, f"these end alike by now: {stale}"
