"""Where a program runs."""

import builtins
import sys
import types

from . import session


class PythonExecutor:
    """Runs each program in a `__main__` of its own."""

    def run(self):
        """Runs session.current; returns when its outcome is stored."""
        main = types.ModuleType("__main__")
        main.__builtins__ = builtins
        sys.modules["__main__"] = main
        session.run_user_code(main.__dict__)
