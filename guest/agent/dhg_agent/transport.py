"""The byte stream to init, which passes it on to the host."""

import os

from . import descriptors


class EndOfStream(Exception):
    """Init is gone."""


class PortLost(Exception):
    """The program has closed the descriptor, of which another may have the number now."""


class Port:
    """Two pipes, of which one thread reads the one and writes the other."""

    def __init__(self, from_init, to_init):
        self._from_init = descriptors.lift(from_init)
        self._fd = descriptors.lift(to_init)
        self._identity = self._look()
        # Programs replace functions of modules, for tests or for good.
        self._read, self._write = os.read, os.write

    def _look(self, fstat=os.fstat):
        status = fstat(self._fd)
        return status.st_dev, status.st_ino

    def read(self):
        """Waits for bytes. Raises EndOfStream where there will be none any more."""
        data = self._read(self._from_init, 65536)
        if not data:
            raise EndOfStream
        return data

    def write(self, data):
        """Writes all of `data`, bytes-like. Raises PortLost."""
        try:
            is_ours = self._look() == self._identity
        except OSError:
            is_ours = False
        if not is_ours:
            raise PortLost
        written = self._write(self._fd, data)
        while written < len(data):
            data = data[written:]
            written = self._write(self._fd, data)
