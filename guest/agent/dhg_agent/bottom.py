"""Runs code with no Python frame below it.

What calls a program is nobody's business: a traceback, a warning's stack level, an
inspection of the callers end at the program. Deephaven walks all frames at each operation
on a table, and treats code that something in Python calls as the body of a function, whose
names it must copy.

CPython 3.11 finds the frame that called in `PyThreadState.cframe->current_frame`
(Include/cpython/pystate.h). Nothing there is public, so it is tried out before it is used.
"""

import ctypes
import sys

# Where struct _ts has recursion_remaining, recursion_limit and cframe, and struct _PyCFrame
# has current_frame.
_RECURSION_REMAINING = 32
_RECURSION_LIMIT = 36
_CFRAME = 56
_CURRENT_FRAME = 8

_void_p, _int = ctypes.c_void_p, ctypes.c_int
_of_thread = ctypes.pythonapi.PyThreadState_Get
_of_thread.restype = ctypes.c_void_p

# Of the thread that programs run in, which loads this module. What is looked up beforehand
# need not be in a restored guest, where what runs for the first time is slow.
_state = _of_thread()
_cframe = _void_p.from_address(_state + _CFRAME)
_remaining = _int.from_address(_state + _RECURSION_REMAINING)
_limit = _int.from_address(_state + _RECURSION_LIMIT)
_cell_of, _cell = None, None  # a value of _cframe, and current_frame there


def _call(function, *arguments):
    global _cell_of, _cell
    cframe = _cframe.value
    if cframe != _cell_of:  # the same each time, unless C code has called the agent
        _cell_of, _cell = cframe, _void_p.from_address(cframe + _CURRENT_FRAME)
    cell, remaining, limit = _cell, _remaining, _limit
    frame, depth = cell.value, limit.value - remaining.value
    cell.value, remaining.value = None, limit.value + 1  # the C function takes one
    try:
        return function(*arguments)
    finally:
        # The program may have set another limit.
        cell.value, remaining.value = frame, limit.value - depth


def _works():
    if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 11):
        return False
    found = {}
    _call(exec, "import sys; alone = sys._getframe().f_back is None", found)
    return found["alone"] and sys._getframe().f_code is _works.__code__


def _plain_call(function, *arguments):
    return function(*arguments)


# Whether frames are hidden; it depends on the interpreter.
works = _works()
# call(function, *arguments): `function` is one of C's own that runs code, such as exec.
call = _call if works else _plain_call
