# fidelity: run=script,c
import ctypes

libc = ctypes.CDLL(None)
libc.free.argtypes = (ctypes.c_void_p,)
block = ctypes.create_string_buffer(64)
libc.free(ctypes.addressof(block) + 16)
