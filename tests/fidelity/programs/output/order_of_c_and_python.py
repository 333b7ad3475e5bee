import ctypes
import sys

libc = ctypes.CDLL(None)
for i in range(20):
    print("p", i, flush=True)
    libc.puts(b"c %d" % i)
    libc.fflush(None)
