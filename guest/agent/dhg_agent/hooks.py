"""What programs want done before a snapshot and after a restore.

The names and the order are those of AWS Lambda's `snapshot_restore_py`, under which programs
import it: `register_before_snapshot(function, *args, **kwargs)`, last registered, first
called; `register_after_restore(...)`, in the order of registration. A program registers them
where its state is made, which is in a warm-up.
"""

import sys
import types

from .limit import Limit

SECONDS = 10  # for all hooks of one kind


class HookError(Exception):
    """A hook failed, or took too long."""


class _Hooks:
    def __init__(self, name):
        self.name = name
        self.calls = []

    def register(self, function, *args, **kwargs):
        """Calls `function` with these arguments at its time. Returns the function."""
        if not callable(function):
            raise TypeError(f"a hook is a function, not {type(function).__name__}")
        self.calls.append((function, args, kwargs))
        return function

    def run(self, calls):
        """Calls them. Raises HookError for the first that fails."""
        if not calls:
            return

        late = f"the {self.name} hooks took longer than {SECONDS} s"
        limit = Limit(SECONDS, HookError, late)
        limit.begin()
        try:
            for function, args, kwargs in calls:
                self._call(function, args, kwargs)
        finally:
            limit.end()

    def _call(self, function, args, kwargs):
        try:
            function(*args, **kwargs)
        except HookError:
            raise
        except BaseException as error:
            name = getattr(function, "__qualname__", type(function).__name__)
            raise HookError(
                f"the {self.name} hook {name}() failed: {type(error).__name__}: {error}"
            ) from error


_before_snapshot = _Hooks("before-snapshot")
_after_restore = _Hooks("after-restore")


def before_snapshot():
    """Runs the hooks of that name."""
    _before_snapshot.run(_before_snapshot.calls[::-1])


def after_restore():
    """Runs the hooks of that name."""
    _after_restore.run(_after_restore.calls)


def publish():
    """Makes `import snapshot_restore_py` work in programs."""
    module = types.ModuleType("snapshot_restore_py", __doc__)
    module.register_before_snapshot = _before_snapshot.register
    module.register_after_restore = _after_restore.register
    sys.modules[module.__name__] = module
