# fidelity: run=script,c
import ctypes
import faulthandler

faulthandler.enable()
print("before", flush=True)
ctypes.string_at(0)
