"""Guest memory for the fake Firecracker: real mappings, a real userfaultfd, and the
handshake of snapshots that are restored."""

import array
import ctypes
import fcntl
import json
import os
import random
import socket
import struct

PAGE = 4096
STRIDE = 37  # every so manieth page has data, the others are zero

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                       ctypes.c_long]
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_PROT_READ_WRITE, _MAP_PRIVATE, _MAP_ANONYMOUS, _MAP_NORESERVE = 3, 2, 0x20, 0x4000
_MADV_DONTNEED = 4
_SYS_USERFAULTFD = 323
_UFFDIO_API, _UFFDIO_REGISTER, _UFFD_API = 0xC018AA3F, 0xC020AA00, 0xAA
_EVENT_REMOVE = 1 << 3
_MISSING = 1


def _check(result, what):
    if result in (-1, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


class Region:
    """A stretch of guest memory: `size` bytes, at `offset` in the memory file."""

    def __init__(self, offset, size, file=None):
        self.offset, self.size = offset, size
        flags = _MAP_PRIVATE | _MAP_NORESERVE | (0 if file is not None else _MAP_ANONYMOUS)
        self.address = _check(
            _libc.mmap(None, size, _PROT_READ_WRITE, flags, -1 if file is None else file,
                       0 if file is None else offset),
            "mmap",
        )


class Memory:
    def __init__(self, size, file=None):
        self.size = size
        # Two, as a guest above 3 GiB has.
        first = size // 4 * 3 // PAGE * PAGE
        self.regions = [Region(0, first, file), Region(first, size - first, file)]
        self.removed_from = size // PAGE  # pages from here on were given back: they are zero

    def _at(self, page):
        offset = page * PAGE
        for region in self.regions:
            if region.offset <= offset < region.offset + region.size:
                return region.address + offset - region.offset
        raise ValueError(page)

    def _expected(self, page):
        if page % STRIDE or page >= self.removed_from:
            return bytes(PAGE)
        return struct.pack("<Q", page + 1) * (PAGE // 8)

    def fill(self):
        for page in range(0, self.size // PAGE, STRIDE):
            ctypes.memmove(self._at(page), self._expected(page), PAGE)

    def check(self, pages):
        """Reads these pages. Returns the first that is not what it should be, or None."""
        for page in pages:
            if ctypes.string_at(self._at(page), PAGE) != self._expected(page):
                return page
        return None

    def all_pages_once(self):
        """Those with data, and as many of the others, in no order."""
        pages = [page + more for page in range(0, self.size // PAGE - 1, STRIDE) for more in (0, 1)]
        random.shuffle(pages)
        return pages

    def remove_from(self, page):
        """The balloon takes everything from `page` on."""
        self.removed_from = min(page, self.removed_from)
        for region in self.regions:
            begin = max(region.offset, page * PAGE)
            length = region.offset + region.size - begin
            if length > 0:
                _check(_libc.madvise(region.address + begin - region.offset, length,
                                     _MADV_DONTNEED), "madvise")

    def write_to(self, path):
        with open(path, "wb") as file:
            for region in self.regions:
                file.write((ctypes.c_char * region.size).from_address(region.address))

    def open_userfaultfd(self):
        fd = _check(_libc.syscall(_SYS_USERFAULTFD, os.O_CLOEXEC | os.O_NONBLOCK), "userfaultfd")
        fcntl.ioctl(fd, _UFFDIO_API, struct.pack("<QQQ", _UFFD_API, _EVENT_REMOVE, 0))
        for region in self.regions:
            fcntl.ioctl(fd, _UFFDIO_REGISTER,
                        struct.pack("<QQQQ", region.address, region.size, _MISSING, 0))
        return fd

    def handshake(self):
        return json.dumps([
            {"base_host_virt_addr": region.address, "size": region.size, "offset": region.offset,
             "page_size": PAGE, "page_size_kib": PAGE}
            for region in self.regions
        ]).encode()


def send_with_descriptor(connection, data, fd):
    connection.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
