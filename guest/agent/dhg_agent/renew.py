"""Makes a clone differ from its siblings: the clock, and everything random."""

import fcntl
import functools
import os
import random
import struct
import sys
import time

# <linux/random.h>
_RNDADDENTROPY = 0x40085203
_RNDRESEEDCRNG = 0x5207

ENTROPY_BYTES = 64


def set_clock(now_ns):
    """Sets CLOCK_REALTIME; `now_ns` is nanoseconds since 1970."""
    time.clock_settime_ns(time.CLOCK_REALTIME, now_ns)


def add_entropy(entropy):
    """Feeds fresh bytes to the kernel, and new seeds to Python's generators."""
    kernel, python = entropy[: ENTROPY_BYTES // 2], entropy[ENTROPY_BYTES // 2 :]
    request = struct.pack("ii", len(kernel) * 8, len(kernel)) + kernel
    fcntl.ioctl(_device(), _RNDADDENTROPY, request)
    fcntl.ioctl(_device(), _RNDRESEEDCRNG)
    random.seed(int.from_bytes(python, "little"))
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        # One number: to seed with several, NumPy makes arrays, and what runs for the first
        # time in a restored guest is slow.
        numpy.random.seed(int.from_bytes(python[:4], "little"))


@functools.cache
def _device():
    return os.open("/dev/urandom", os.O_RDWR | os.O_CLOEXEC)
