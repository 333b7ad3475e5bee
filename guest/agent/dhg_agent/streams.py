"""stdout and stderr of the program: Python's objects, and the descriptors below."""

import io
import os
import select
import sys
import threading

from . import protocol


class _Raw(io.RawIOBase):
    """The bottom of sys.stdout: every write becomes output to the host."""

    def __init__(self, outbox, kind, fd):
        self._outbox = outbox
        self._kind = kind
        self._fd = fd

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def write(self, data):
        data = bytes(data)
        self._outbox.output(self._kind, data)
        return len(data)


class _Descriptor:
    """Descriptor 1 or 2: a pipe of which the program has the one end, we the other."""

    def __init__(self, fd, kind):
        self.fd = fd
        self.kind = kind
        self.reader, self.writer = os.pipe()
        # A forked child shares it: what poll saw, the other may have read.
        os.set_blocking(self.reader, False)


class Streams:
    """The program's output, by whichever way it comes."""

    def __init__(self, outbox):
        self._outbox = outbox
        self._descriptors = [_Descriptor(1, protocol.STDOUT), _Descriptor(2, protocol.STDERR)]
        self._kinds = {d.reader: d.kind for d in self._descriptors}
        self._reading = threading.Lock()
        # The end that we keep open lets no pipe ever end, so this thread just sleeps
        # until something other than Python's own objects writes.
        self._poll = select.poll()
        for descriptor in self._descriptors:
            self._poll.register(descriptor.reader, select.POLLIN)
        threading.Thread(target=self._forward, daemon=True).start()
        os.register_at_fork(after_in_child=self._forked)
        self._next = self._make()

    def _forked(self):
        self._reading = threading.Lock()

    def _make(self):
        for descriptor in self._descriptors:
            os.dup2(descriptor.writer, descriptor.fd)
        # As CPython's own, but for the buffer: a line is shown when it is complete.
        made = []
        for descriptor, errors in zip(self._descriptors, ("strict", "backslashreplace")):
            raw = _Raw(self._outbox, descriptor.kind, descriptor.fd)
            made.append(
                io.TextIOWrapper(
                    io.BufferedWriter(raw, 32_760), "utf-8", errors, line_buffering=True
                )
            )
        return made

    def install(self):
        """Gives the next program its streams. They were made beforehand: time counts."""
        self._current = self._next
        sys.stdout, sys.stderr = self._current
        sys.__stdout__, sys.__stderr__ = self._current

    def finish(self):
        """The program is over: everything that it wrote goes out."""
        for stream in {id(s): s for s in (sys.stdout, sys.stderr, *self._current)}.values():
            try:
                stream.flush()
            except Exception:  # closed, or the program's own object
                pass
        self._drain()

    def prepare_next(self):
        """Makes the streams of the program after this one."""
        self._next = self._make()

    def _drain(self):
        with self._reading:
            while ready := self._poll.poll(0):
                for reader, _ in ready:
                    try:
                        data = os.read(reader, 32_760)
                    except BlockingIOError:
                        continue
                    self._outbox.output(self._kinds[reader], data)

    def _forward(self):
        poll = select.poll()  # a poll object serves one thread at a time
        for descriptor in self._descriptors:
            poll.register(descriptor.reader, select.POLLIN)
        while True:
            poll.poll()
            self._drain()
