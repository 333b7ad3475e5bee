"""Makes os.fork() safe from the threads of a JVM that come and go meanwhile.

CPython 3.11 takes the lock of its list of threads in a forked child before it makes that lock
anew (PyOS_AfterFork_Child calls _PyEval_ReInitThreads, which calls _PyThreadState_DeleteExcept).
If another thread was just entering the list when the process was forked, the child waits for
ever; and a thread of the JVM's that has little of the processor may be there for long. So a fork
waits until nobody is. The lock is not public; it is looked for before it is used.
"""

import ctypes
import os
import sys

# Where struct _PyRuntimeState (Include/internal/pycore_runtime.h) has interpreters.mutex and
# interpreters.head.
_MUTEX, _HEAD = 32, 40
_WAIT = 1


def _lock():
    """The place that holds the lock, a c_void_p; None in another interpreter."""
    if sys.implementation.name != "cpython" or sys.version_info[:2] != (3, 11):
        return None
    try:
        runtime = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    except ValueError:
        return None
    head = ctypes.pythonapi.PyInterpreterState_Head
    head.restype = ctypes.c_void_p
    if ctypes.c_void_p.from_address(runtime + _HEAD).value != head():
        return None
    return ctypes.c_void_p.from_address(runtime + _MUTEX)


def install():
    """Returns whether it could be done, which depends on the interpreter. Once in a process.

    What is registered first is called last before a fork: the sooner, the better.
    """
    place = _lock()
    if place is None:
        return False
    # These keep the interpreter's own lock, so that no Python runs until the fork. Nothing of
    # ours may run in the child: its interpreter is whole only when os.fork() has returned.
    acquire = ctypes.pythonapi.PyThread_acquire_lock
    acquire.argtypes = (ctypes.c_void_p, ctypes.c_int)
    release = ctypes.pythonapi.PyThread_release_lock
    release.argtypes = (ctypes.c_void_p,)

    def wait():
        acquire(place.value, _WAIT)
        release(place.value)

    os.register_at_fork(before=wait)
    return True
