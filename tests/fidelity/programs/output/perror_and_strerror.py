import ctypes
import os

ctypes.set_errno(0)
libc = ctypes.CDLL(None, use_errno=True)
libc.close(999)
print(os.strerror(ctypes.get_errno()))
libc.close(998)
libc.perror(b"close")
