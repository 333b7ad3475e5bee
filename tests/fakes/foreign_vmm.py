"""A VMM that knows nothing of dhg: it maps memory, sends Firecracker's handshake, and
reads its memory.

    foreign_vmm.py SOCKET MEMORY BEHAVIOUR

read      reads all, compares it with the file, says "right N" and exits
hold      reads the first page, says "ready", and reads the rest when told to on stdin
careless  the same, but keeps no userfaultfd, so that memory would turn to zeros
junk      sends no handshake, waits until it is turned away, says "alone" and waits
overlap   hands its memory over with regions that overlap, and reads
over      like hold, but has mapped fresh memory over the second quarter before it hands all
          over, as a balloon of Firecracker's did, and maps it over the last quarter when told to
late      says "ready", and hands its memory over and reads all when told to on stdin
longer    hands over twice as much memory as the file has bytes
"""

import ctypes
import fcntl
import json
import mmap
import os
import random
import socket
import struct
import sys

PAGE = 4096
UFFD_API = 0xAA
UFFDIO_API = 0xC018AA3F
UFFDIO_REGISTER = 0xC020AA00
SYS_USERFAULTFD = 323
EVENT_REMOVE = 1 << 3
MODE_MISSING = 1

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
MAP_FIXED = 0x10


def userfaultfd(memory, address, size):
    fd = libc.syscall(SYS_USERFAULTFD, os.O_CLOEXEC | os.O_NONBLOCK)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    fcntl.ioctl(fd, UFFDIO_API, struct.pack("QQQ", UFFD_API, EVENT_REMOVE, 0))
    fcntl.ioctl(fd, UFFDIO_REGISTER, struct.pack("QQQQ", address, size, MODE_MISSING, 0))
    return fd


def map_over(address, begin, end):
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_FIXED
    got = libc.mmap(address + begin, end - begin, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
    assert got == address + begin, os.strerror(ctypes.get_errno())
    return bytes(end - begin)


def region(address, size, offset):
    return {"base_host_virt_addr": address, "size": size, "offset": offset,
            "page_size": PAGE, "page_size_kib": PAGE}


def main(path, file, behaviour):
    with open(file, "rb") as source:
        expected = bytearray(source.read())
    if behaviour == "longer":
        expected *= 2
    memory = mmap.mmap(-1, len(expected), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    if behaviour == "late":
        print("ready", flush=True)
        sys.stdin.readline()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)

    if behaviour == "junk":
        connection.send(b"GET / HTTP/1.1\r\n\r\n[]")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        print("alone", flush=True)
        sys.stdin.readline()
        return

    fd = userfaultfd(memory, address, len(expected))
    quarter = len(expected) // PAGE // 4 * PAGE
    if behaviour == "over":
        expected[quarter : 2 * quarter] = map_over(address, quarter, 2 * quarter)
    regions = [region(address, len(expected), 0)]
    if behaviour == "overlap":
        regions.append(region(address + PAGE, PAGE, 0))
    socket.send_fds(connection, [json.dumps(regions).encode()], [fd])
    if behaviour in ("careless", "overlap"):
        os.close(fd)

    pages = list(range(0, len(expected), PAGE))
    random.shuffle(pages)
    if behaviour in ("hold", "careless", "over"):
        pages.remove(0)
        assert memory[:PAGE] == expected[:PAGE]
        print("ready", flush=True)
        sys.stdin.readline()
    if behaviour == "over":
        expected[3 * quarter : 4 * quarter] = map_over(address, 3 * quarter, 4 * quarter)
    for page in pages:
        seen = memory[page : page + PAGE]
        if seen != expected[page : page + PAGE]:
            print("wrong", page, "zeros" if not any(seen) else "data", flush=True)
            sys.exit(1)
    print("right", len(expected) // PAGE, flush=True)


main(*sys.argv[1:])
