"""Makes the signal that init sends after an interrupt wake the process, and do nothing else.

Python notes an interrupt, and acts on it at its next step. One that comes in the moment
before the main thread blocks in the kernel is noted, and nothing wakes the thread: a moment
that is short on a machine of steel, and several milliseconds in a restored guest, where what
runs for the first time is slow. So init nudges a few times; whatever blocks is interrupted,
and Python looks again. The default action of this signal is none, so that a program that
was started in this one's place does not mind.
"""

import ctypes
import signal

SIGNAL = signal.SIGURG


def install():
    libc = ctypes.CDLL(None)
    # A handler that is not Python's: programs see the default, as everywhere. Any function
    # that may be called at any time will do.
    libc.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
    libc.signal(SIGNAL, ctypes.cast(libc.getppid, ctypes.c_void_p))
    libc.siginterrupt(SIGNAL, 1)
