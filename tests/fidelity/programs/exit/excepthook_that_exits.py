import sys


def hook(kind, value, trace):
    print("hook")
    sys.exit(21)


sys.excepthook = hook
raise ValueError("x")
