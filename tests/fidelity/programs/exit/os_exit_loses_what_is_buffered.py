# fidelity: run=script
import os
import sys

sys.stdout.write("lost: no newline")
os._exit(3)
