"""When the JVM compiles: soon while the guest is warmed up, late in a restored one.

In a restored guest a method's compilation takes several milliseconds of the one processor,
and most methods that a program has run two hundred times are not run ten thousand times
more. Before the snapshot that time is free, and what is compiled stays so.
"""

from . import jvm_flags

# Invocations, and invocations and loops together, after which a method is compiled. A loop
# that is long is compiled on its own, in both phases as HotSpot has it.
_SOON = {
    "Tier3InvocationThreshold": 100,
    "Tier3MinInvocationThreshold": 50,
    "Tier3CompileThreshold": 500,
}
_LATE = {
    "Tier3InvocationThreshold": 2_000,
    "Tier3MinInvocationThreshold": 1_000,
    "Tier3CompileThreshold": 20_000,
}


class Phases:
    def __init__(self):
        self._flags = jvm_flags.find(_SOON)
        self._set(_SOON)

    def late(self):
        """The warm-up is over."""
        self._set(_LATE)

    def _set(self, values):
        for name, value in values.items():
            self._flags[name].value = value
