"""The byte stream to the host."""

import os
import stat
import time


class EndOfStream(Exception):
    """The host has closed the connection for good."""


class Port:
    """An open, blocking descriptor: a virtio-serial port, or a socket.

    Not thread-safe: one thread reads, and the outbox sees to it that one writes.
    """

    def __init__(self, fd):
        os.set_inheritable(fd, False)
        self.fd = fd
        self._reconnects = stat.S_ISCHR(os.fstat(fd).st_mode)

    def read(self):
        """Waits for bytes. Raises EndOfStream where there will be none any more."""
        while True:
            data = os.read(self.fd, 65536)
            if data:
                return data
            if not self._reconnects:
                raise EndOfStream
            # A port without a host reads as empty, and its driver has no event to
            # wait for that is not also there while the host stays away.
            time.sleep(0.01)

    def write(self, data):
        """Writes all of `data`. Up to 32 KiB are one write, whole or not at all."""
        written = os.write(self.fd, data)
        while written < len(data):
            data = data[written:]
            written = os.write(self.fd, data)
