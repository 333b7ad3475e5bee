import ctypes

print("python", flush=True)
libc = ctypes.CDLL(None)
libc.printf(b"lost in C's buffer\n")
libc._exit(13)
