import atexit
import sys


def at_end():
    print(sys.last_type.__name__, sys.last_value, sys.last_traceback.tb_lineno)


atexit.register(at_end)
raise ValueError("remembered")
