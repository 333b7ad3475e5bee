# fidelity: run=script,c
import os
import sys

os.dup2(os.open("/tmp/fidelity_redirect_1", os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 1)
print("to file", flush=True)
print(repr(open("/tmp/fidelity_redirect_1").read()), file=sys.stderr)
os.unlink("/tmp/fidelity_redirect_1")
