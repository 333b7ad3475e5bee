"""Makes os.fork() safe from the threads of a JVM that come and go meanwhile.

CPython 3.11 takes the lock of its list of threads in a forked child before it makes that lock
anew (PyOS_AfterFork_Child calls _PyEval_ReInitThreads, which calls _PyThreadState_DeleteExcept).
If another thread was just entering the list when the process was forked, the child waits for
ever; and a thread of the JVM's that has little of the processor may be there for long. So the
lock is held around a fork. It is not public; it is looked for before it is used.

What runs in the child before its interpreter is whole must not be Python, which may wait there
for a thread that the child has not. It is two calls of C's, as machine code.
"""

import ctypes
import mmap
import platform
import struct
import sys

# Where struct _PyRuntimeState (Include/internal/pycore_runtime.h) has interpreters.mutex and
# interpreters.head.
_MUTEX, _HEAD = 32, 40

_LOAD_LOCK = b"\x48\xb8%b\x48\x8b\x38"  # mov rax, place; mov rdi, [rax]
_WAIT = b"\xbe\x01\0\0\0"  # mov esi, 1
_GO_ON = b"\x48\xb8%b\xff\xe0"  # mov rax, function; jmp rax

_code = None  # it is called as long as the process lives


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


def _address(of):
    return struct.pack("<Q", of)


def _function(name):
    function = ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p)
    return _address(function.value)


def install():
    """Returns whether it could be done, which depends on the interpreter. Once in a process."""
    global _code
    place = _lock()
    if place is None or platform.machine() != "x86_64":
        return False
    load = _LOAD_LOCK % _address(ctypes.addressof(place))
    before = load + _WAIT + _GO_ON % _function("PyThread_acquire_lock")
    after = load + _GO_ON % _function("PyThread_release_lock")
    _code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    _code.write(before + after)
    start = ctypes.addressof(ctypes.c_char.from_buffer(_code))
    prepare, over = ctypes.c_void_p(start), ctypes.c_void_p(start + len(before))
    # pthread_atfork(), which glibc has in each program that is linked with it.
    return ctypes.CDLL(None).__register_atfork(prepare, over, over, None) == 0
