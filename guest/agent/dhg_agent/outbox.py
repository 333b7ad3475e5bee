"""What goes to the host: frames, one after the other, from any thread."""

import os
import threading
import time

from . import protocol

# Output that follows within this time of what was sent last is gathered.
GATHER_SECONDS = 0.005


class Outbox:
    """Sends frames, and gathers bursts of output into few of them.

    The first output after a pause goes out at once, from the thread that wrote it.
    What follows closely is sent when a frame is full, when the pause comes, or when
    the run ends. Thread-safe.
    """

    def __init__(self, port):
        self._port = port
        self._condition = threading.Condition(threading.Lock())
        self._held = b""
        self._pending = bytearray()
        self._pending_kind = protocol.STDOUT
        self._last_sent = 0.0
        self._flusher = None
        self._in_child = False
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self):
        # The port is the parent's. What a child writes goes the way of descriptors.
        self._in_child = True
        self._condition = threading.Condition(threading.Lock())
        self._pending.clear()

    def hold(self, frame):
        """Keeps a frame back to send it together with the next."""
        self._held += frame

    def forget(self):
        """Drops what was held: it was for a host that is gone."""
        self._held = b""

    def send(self, frames):
        """Sends whole frames, after all output that was written before."""
        if self._in_child:
            os._exit(1)  # a child that ran on into the agent's own code
        with self._condition:
            self._write(self._take_pending() + frames)

    def output(self, kind, data):
        """Output of the program: kind STDOUT or STDERR, data bytes-like."""
        if self._in_child:
            fd = 1 if kind == protocol.STDOUT else 2
            left = memoryview(data)
            while left:
                left = left[os.write(fd, left) :]
            return
        with self._condition:
            before = b""
            if kind != self._pending_kind:
                before = self._take_pending()
                self._pending_kind = kind
            self._pending += data
            quiet = time.monotonic() - self._last_sent >= GATHER_SECONDS
            if quiet or len(self._pending) >= protocol.MAX_PAYLOAD_TO_HOST:
                self._write(before + self._take_pending())
                return
            if before:
                self._write(before)
            if self._flusher is None:
                self._flusher = threading.Thread(target=self._flush_later, daemon=True)
                self._flusher.start()
            self._condition.notify()

    def _take_pending(self):
        frames = protocol.frames(self._pending_kind, bytes(self._pending))
        self._pending.clear()
        return frames

    def _write(self, frames):
        data = self._held + frames
        self._held = b""
        if data:
            self._port_write(data)
            self._last_sent = time.monotonic()

    def _port_write(self, data):
        # Frame by frame where it is long: a frame is whole or not there at all, even
        # if this process is killed while it writes.
        if len(data) <= 32_768:
            self._port.write(data)
            return
        at = 0
        while at < len(data):
            end = at + 8 + int.from_bytes(data[at : at + 4], "little")
            self._port.write(data[at:end])
            at = end

    def _flush_later(self):
        while True:
            with self._condition:
                while not self._pending:
                    self._condition.wait()
                self._condition.wait(GATHER_SECONDS)
                if time.monotonic() - self._last_sent >= GATHER_SECONDS and self._pending:
                    self._write(self._take_pending())
