import contextlib
import io
import sys

with contextlib.redirect_stdout(io.StringIO()) as out:
    print("caught")
with contextlib.redirect_stderr(sys.stdout):
    print("on stdout", file=sys.stderr)
print(repr(out.getvalue()))
