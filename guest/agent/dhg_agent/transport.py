"""The byte stream to init, which passes it on to the host."""

import os


class EndOfStream(Exception):
    """Init is gone."""


class Port:
    """A connected, blocking stream socket. One thread reads and writes it."""

    def __init__(self, fd):
        os.set_inheritable(fd, False)
        self._fd = fd
        # Programs replace functions of modules, for tests or for good.
        self._read, self._write = os.read, os.write

    def read(self):
        """Waits for bytes. Raises EndOfStream where there will be none any more."""
        data = self._read(self._fd, 65536)
        if not data:
            raise EndOfStream
        return data

    def write(self, data):
        """Writes all of `data`, bytes-like."""
        written = self._write(self._fd, data)
        while written < len(data):
            data = data[written:]
            written = self._write(self._fd, data)
