"""The byte stream to the host."""

import os
import socket
import stat
import time


class EndOfStream(Exception):
    """The host has closed the connection for good."""


class NewConnection(Exception):
    """The host is gone, and another one is there: what it had begun to say is void."""


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


class ListeningPort:
    """A socket that listens, and the connection that was accepted last.

    A snapshot closes the connection, not the socket: so each end of a connection is
    followed by the next. `reports` is where init has a copy of each connection, on
    which it tells the host when the agent has died.
    """

    def __init__(self, listener_fd, report_fd):
        for fd in (listener_fd, report_fd):
            os.set_inheritable(fd, False)
        self._listener = socket.socket(fileno=listener_fd)
        self._reports = socket.socket(fileno=report_fd)
        self._connection = None

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
                break
            except (ConnectionError, TimeoutError):
                pass  # it was gone before it was taken
        socket.send_fds(self._reports, [b"c"], [connection.fileno()])
        if self._connection is not None:
            self._connection.close()
        self._connection = connection

    def read(self):
        """Waits for bytes. Raises NewConnection where they are another host's."""
        if self._connection is None:
            self._accept()
        try:
            data = self._connection.recv(65536)
        except OSError:  # reset, by a snapshot or by a host that died
            data = b""
        if not data:
            self._accept()
            raise NewConnection
        return data

    def write(self, data):
        """Writes all of `data`, or drops it where the host is gone."""
        if self._connection is None:
            return
        try:
            self._connection.sendall(data)
        except OSError:
            pass  # the next read sees it too, and takes the next host
