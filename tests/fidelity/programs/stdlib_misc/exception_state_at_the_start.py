# fidelity: run=script,c,stdin
import sys

print(sys.exc_info(), hasattr(sys, "last_type"), hasattr(sys, "last_value"), hasattr(sys, "ps1"))
try:
    raise
except RuntimeError as error:
    print(error)
