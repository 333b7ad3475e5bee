import ctypes
import sys

ctypes.CDLL(None).printf(b"%d and %s\n", 42, b"text")
sys.exit(3)
