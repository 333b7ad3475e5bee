import ctypes

libc = ctypes.PyDLL(None)
libc.write(2, b"2" * 200000, 200000)
