import io
import logging
import sys

out = io.StringIO()
sys.stderr = out
logging.basicConfig(format="%(message)s")
sys.stderr = sys.__stderr__
logging.warning("to the replaced one")
print(repr(out.getvalue()))
