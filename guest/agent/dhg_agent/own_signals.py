"""Keeps what is sent to the process for the program's threads.

The kernel gives a signal to any thread that does not block it. Threads inherit what their maker
blocks; so those of the server, and of libraries, are made while everything is blocked.
"""

import contextlib
import signal

# A fault of the thread itself: to block it is to die of it.
_SYNCHRONOUS = {
    signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS,
    signal.SIGABRT,
}  # fmt: skip
_ALL = signal.valid_signals() - _SYNCHRONOUS


@contextlib.contextmanager
def blocked():
    """Threads that are made within get no signal that is sent to the process."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ALL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
