# fidelity: run=script,c
import ctypes

libc = ctypes.PyDLL(None)
libc.printf(b"1" * 100000)
libc.fflush(None)
