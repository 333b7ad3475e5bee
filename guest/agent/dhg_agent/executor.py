"""Where a program runs."""

import builtins
import sys
import types

from . import session


def fresh_main():
    """Makes a new, empty `__main__` and returns its namespace."""
    main = types.ModuleType("__main__")
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    return main.__dict__


class PythonExecutor:
    """Runs each program in a `__main__` of its own."""

    def begin(self):
        """A run begins. There is nothing to make ready."""

    def run(self):
        """Runs session.current; returns when its outcome is stored."""
        session.run_user_code(fresh_main())

    def quiesce(self):
        """A snapshot follows. There is nothing that outlives a run."""
