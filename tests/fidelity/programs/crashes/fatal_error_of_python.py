# fidelity: run=script,c
import ctypes

ctypes.pythonapi.Py_FatalError(b"the worst")
