import ctypes

print(ctypes.CDLL("libc.so.6").abs(-5), ctypes.CDLL("libm.so.6").cos is not None)
