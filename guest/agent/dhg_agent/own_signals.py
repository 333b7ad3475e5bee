"""Keeps what is sent to the process for the program's threads.

The kernel gives a signal to any thread that does not block it. Threads inherit what their maker
blocks; so those of the server, and of libraries, are made while everything is blocked.
"""

import _signal
import signal

# A fault of the thread itself: to block it is to die of it.
_SYNCHRONOUS = {
    signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS,
    signal.SIGABRT,
}  # fmt: skip
_ALL = frozenset(map(int, signal.valid_signals() - _SYNCHRONOUS))
_set_mask = _signal.pthread_sigmask  # that of signal makes an object of each number


def block():
    """From now on this thread, and those that it makes, get no signal. Returns the mask before."""
    return _set_mask(_signal.SIG_BLOCK, _ALL)


def restore(mask):
    """Undoes `block` for this thread."""
    _set_mask(_signal.SIG_SETMASK, mask)
