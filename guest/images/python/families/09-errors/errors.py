# Errors, and how they are printed.
import contextlib
import sys
import traceback
import warnings


class Wrong(ValueError):
    pass


def deeper(n):
    if n == 0:
        raise Wrong("at the bottom")
    deeper(n - 1)


@contextlib.contextmanager
def around(name):
    try:
        yield name
    finally:
        print("after", name)


try:
    with around("a"):
        deeper(3)
except Wrong as error:
    try:
        raise RuntimeError("above it") from error
    except RuntimeError:
        sys.excepthook(*sys.exc_info())
        traceback.print_exc()
for code in ("1 +", "nothing", "{}['k']", "1 / 0", "int('x')", "import nothing_of_that_name", "[].x", "open('/nothing')"):
    try:
        exec(compile(code, "<warm-up>", "exec"), {})
    except Exception:
        sys.excepthook(*sys.exc_info())
with warnings.catch_warnings():
    warnings.simplefilter("always")
    warnings.warn("old", DeprecationWarning)
