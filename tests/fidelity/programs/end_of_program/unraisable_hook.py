import sys


def hook(what):
    print("unraisable:", what.exc_type.__name__, what.exc_value, what.err_msg)


sys.unraisablehook = hook


class A:
    def __del__(self):
        raise KeyError("k")


a = A()
del a
