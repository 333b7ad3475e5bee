"""Which of CPython's test modules are run: those about what dhg has a hand in."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Module:
    """A module, how long it may take in a guest without KVM, and what of it is run."""

    name: str
    seconds: int
    at_least: int = 1  # tests that are known to be there
    patterns: tuple = ()  # of test ids; all tests if there are none


# Belong to every run of scripts/test.
ALWAYS = [
    Module("test_atexit", 120),
]

# DHG_FIDELITY=all has these too.
REST = []
