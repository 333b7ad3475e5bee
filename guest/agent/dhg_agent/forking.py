"""Makes os.fork() safe from the threads of a JVM that come and go meanwhile.

CPython 3.11 takes the lock of its list of threads in a forked child before it makes that lock
anew (PyOS_AfterFork_Child calls _PyEval_ReInitThreads, which calls _PyThreadState_DeleteExcept).
If another thread was just entering the list when the process was forked, the child waits for
ever. So the lock is taken around the fork. It is not public, and it is looked for and tried
before it is used.
"""

import ctypes
import sys

# Where struct _PyRuntimeState (Include/internal/pycore_runtime.h) has interpreters.mutex and
# interpreters.head.
_MUTEX, _HEAD = 32, 40
_WAIT = 1

_handlers = []  # C calls them as long as the process lives


def _lock():
    """The address of the lock's place, which holds the lock; None in another interpreter."""
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
    """Returns whether it could be done, which depends on the interpreter. Once in a process."""
    place = _lock()
    if place is None:
        return False
    # These keep the interpreter's own lock, without which two could wait for each other.
    acquire = ctypes.pythonapi.PyThread_acquire_lock
    acquire.argtypes = (ctypes.c_void_p, ctypes.c_int)
    release = ctypes.pythonapi.PyThread_release_lock
    release.argtypes = (ctypes.c_void_p,)
    handler = ctypes.PYFUNCTYPE(None)

    @handler
    def prepare():
        acquire(place.value, _WAIT)

    @handler
    def over():
        release(place.value)

    _handlers.extend((prepare, over))
    # pthread_atfork(), which glibc has in each program that is linked with it.
    return ctypes.CDLL(None).__register_atfork(prepare, over, over, None) == 0
