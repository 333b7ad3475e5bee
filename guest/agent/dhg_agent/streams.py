"""sys.stdin, sys.stdout and sys.stderr, on descriptors 0, 1 and 2.

The last two are pipes that init reads. The objects are the interpreter's own: a program
finds in them what it finds everywhere. Only that lines go out when they are complete, as on
a terminal, is different, so that a host sees them while the program runs. Descriptor 0 is the
null device, or for a program that is given an input, a pipe that init writes.
"""

import io
import os
import sys

from . import descriptors


class Streams:
    """Keeps the streams whole from one program to the next, as far as a warm-up needs it."""

    def __init__(self, input_fd):
        self._input = descriptors.lift(input_fd)
        self._pipes = [descriptors.copy(fd) for fd in (1, 2)]
        sys.stdout.reconfigure(line_buffering=True)
        self._own = sys.stdout, sys.stderr

    def restore(self):
        """Undoes what a program did to them. It is over, and its output flushed."""
        for fd, pipe in enumerate(self._pipes, 1):
            os.dup2(pipe, fd)
        if any(stream.closed for stream in self._own):
            self._own = tuple(map(self._make, (1, 2)))
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = self._own

    def read_input(self):
        """The next program reads what the host sends. Once in a process: it has one end."""
        os.dup2(self._input, 0)
        os.close(self._input)  # whoever reads no more is to be noticed
        raw = io.FileIO(0, "r", closefd=False)
        raw.name = "<stdin>"
        like = sys.stdin
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(
            io.BufferedReader(raw), like.encoding, like.errors, newline="\n"
        )
        sys.stdin.mode = "r"

    def _make(self, fd):
        # As the interpreter makes them.
        raw = io.FileIO(fd, "w", closefd=False)
        raw.name = "<stdout>" if fd == 1 else "<stderr>"
        like = self._own[fd - 1]
        stream = io.TextIOWrapper(
            io.BufferedWriter(raw), like.encoding, like.errors, line_buffering=True
        )
        stream.mode = "w"
        return stream
