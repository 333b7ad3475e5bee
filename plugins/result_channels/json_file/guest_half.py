"""json-file, the half in the guest: the outcome goes through a file of JSON.

The beginning of the file is mapped once, by the first run of a warm-up, and stays so,
across the snapshot too: to make, write, read and remove a file is a good part of what a
short program has the kernel run through. A longer outcome is written in the usual way.
"""

import mmap
import os

from dhg_agent import outcome_json

PATH = os.path.join(os.environ.get("TMPDIR", "/tmp"), "__dh_result.json")
MAPPED = 64 * 1024
KEPT_ABOVE = 500

_beginning = None
_size = None  # of the outcome that nobody has taken yet


def _create():
    # Exclusive and without following links: nothing that a program left at this
    # path is written through.
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(PATH, flags, 0o600)
    except FileExistsError:
        os.unlink(PATH)
        return os.open(PATH, flags, 0o600)


def _map():
    # The mapping keeps a descriptor, and takes the lowest number that is free: those are the
    # programs'.
    fds = [_create()]
    try:
        os.posix_fallocate(fds[0], 0, MAPPED)  # a page that is not there could not be written
        while fds[-1] < KEPT_ABOVE:
            fds.append(os.dup(fds[0]))
        return mmap.mmap(fds[0], MAPPED)
    finally:
        for fd in fds:
            os.close(fd)


def store(outcome):
    """Leaves `outcome` in the file. Runs where the program ran."""
    global _beginning, _size
    _size = None
    if _beginning is None:
        _beginning = _map()
    data = outcome_json.encode(outcome)
    size = len(data)
    if size <= MAPPED:
        _beginning[:size] = data
    else:
        _write(data)
    _size = size


def _write(data):
    fd = _create()  # the mapped one may no longer be there
    try:
        while data:
            data = data[os.write(fd, data) :]
    finally:
        os.close(fd)


def load():
    """Takes the outcome out of the file."""
    global _size
    size, _size = _size, None
    if size is None:
        raise RuntimeError(f"the program's result is not in {PATH}")
    return _beginning[:size] if size <= MAPPED else _read(size)


def _read(size):
    try:
        fd = os.open(PATH, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise RuntimeError(f"the program's result is not in {PATH}: {error.strerror}") from error
    parts = []
    try:
        while part := os.read(fd, 1 << 20):
            parts.append(part)
    finally:
        os.close(fd)
    os.unlink(PATH)
    data = b"".join(parts)
    if len(data) != size:
        raise RuntimeError(f"the program's result is not whole in {PATH}")
    return data
