# fidelity: run=script,c
import ctypes

print("before", flush=True)
ctypes.string_at(0)
