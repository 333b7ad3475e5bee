import ctypes
import faulthandler


def inner():
    ctypes.string_at(0)


def outer():
    inner()


faulthandler.enable()
outer()
