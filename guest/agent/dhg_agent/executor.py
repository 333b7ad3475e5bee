"""Where a program runs."""

import builtins
import sys
import types
from importlib.machinery import BuiltinImporter, SourceFileLoader

from . import session, source


def fresh_main():
    """Makes a new, empty `__main__` and returns its namespace."""
    sys.modules["__main__"] = main = types.ModuleType("__main__")
    namespace = main.__dict__
    namespace["__loader__"] = BuiltinImporter
    namespace["__annotations__"] = {}
    namespace["__builtins__"] = builtins
    return namespace


def introduce(namespace, program):
    """Gives `__main__` what it knows of its own file. Not every program has one."""
    if program.kind == source.COMMAND:
        return
    namespace["__file__"] = program.filename
    namespace["__cached__"] = None
    if program.kind == source.SCRIPT:
        namespace["__loader__"] = SourceFileLoader("__main__", program.filename)


class PythonExecutor:
    """Runs each program in a `__main__` of its own."""

    # Nothing in this process has to outlive a program.
    may_exit = True

    def begin(self):
        """A run begins. There is nothing to make ready."""

    def renew(self, seed):
        """Python's generators are all there are."""

    def run(self):
        """Runs session.current; returns when its outcome is stored."""
        namespace = fresh_main()
        introduce(namespace, session.current)
        session.run_user_code(namespace)

    def quiesce(self):
        """A snapshot follows. There is nothing that outlives a run."""

    def prepare_to_renew(self):
        """A snapshot follows at once."""
