"""The byte stream to init, which passes it on to the host."""

import ctypes
import fcntl
import os

from . import descriptors


class EndOfStream(Exception):
    """Init is gone."""


class PortLost(Exception):
    """The program has closed the descriptor, of which another may have the number now."""


# The number of a signal that our descriptor would send, and never does: it tells the
# descriptor from another that has its number. os.fstat() takes far longer in a restored guest.
_MARK = 61
_F_SETSIG, _F_GETSIG = 10, 11  # <fcntl.h>


class Port:
    """Two pipes, of which one thread reads the one and writes the other."""

    def __init__(self, from_init, to_init):
        self._from_init = descriptors.lift(from_init)
        # A pipe would note when it was read.
        flags = fcntl.fcntl(self._from_init, fcntl.F_GETFL)
        fcntl.fcntl(self._from_init, fcntl.F_SETFL, flags | os.O_NOATIME)
        self._fd = descriptors.lift(to_init)
        fcntl.fcntl(self._fd, _F_SETSIG, _MARK)
        # Programs replace functions of modules, for tests or for good.
        self._read, self._write, self._control = os.read, os.write, fcntl.fcntl
        self._unaudited_control = ctypes.CDLL(None).fcntl

    def read(self):
        """Waits for bytes. Raises EndOfStream where there will be none any more."""
        data = self._read(self._from_init, 65536)
        if not data:
            raise EndOfStream
        return data

    def write(self, data):
        """Writes all of `data`, bytes-like. Raises PortLost."""
        try:
            is_ours = self._control(self._fd, _F_GETSIG) == _MARK
        except OSError:
            is_ours = False
        except Exception:  # an audit hook of the program's forbids it
            is_ours = self._unaudited_control(self._fd, _F_GETSIG) == _MARK
        if not is_ours:
            raise PortLost
        written = self._write(self._fd, data)
        while written < len(data):
            data = data[written:]
            written = self._write(self._fd, data)
