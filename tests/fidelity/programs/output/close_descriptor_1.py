import os
import sys

os.close(1)
try:
    print("nowhere", flush=True)
except OSError as error:
    print(type(error).__name__, error.errno, file=sys.stderr)
os.open(os.devnull, os.O_WRONLY)
