import atexit

atexit.register(print, "ran")
atexit._run_exitfuncs = atexit._clear = atexit._ncallbacks = atexit.register = None
