"""Descriptors of the agent's own, out of the way of those that programs count on."""

import fcntl
import os

_ABOVE = 500


def lift(fd):
    """Moves a descriptor up; it is not inherited. Returns its new number."""
    high = copy(fd)
    os.close(fd)
    return high


def copy(fd):
    """A copy of a descriptor there."""
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _ABOVE)
