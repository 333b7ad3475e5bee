"""A stand-in: a Python function as an object of Java."""

import types


def j_runnable(function):
    return types.SimpleNamespace(run=function)
