# fidelity: run=script,c,stdin
import os
import sys

print([os.path.basename(a) for a in sys.orig_argv][:2])
