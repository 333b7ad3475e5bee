# fidelity: run=script,c,stdin
import ctypes

ctypes.CDLL(None).printf(b"from C\n")
