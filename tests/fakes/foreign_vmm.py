"""A VMM that knows nothing of dhg: it maps memory, sends Firecracker's handshake, and
reads its memory.

    foreign_vmm.py SOCKET MEMORY BEHAVIOUR

read      reads all, compares it with the file, says "right N" and exits
hold      reads the first page, says "ready", and reads the rest when told to on stdin
careless  the same, but keeps no userfaultfd, so that memory would turn to zeros
junk      sends no handshake, waits until it is turned away, says "alone" and waits
overlap   hands its memory over with regions that overlap, and reads
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


def userfaultfd(memory, address, size):
    fd = libc.syscall(SYS_USERFAULTFD, os.O_CLOEXEC | os.O_NONBLOCK)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    fcntl.ioctl(fd, UFFDIO_API, struct.pack("QQQ", UFFD_API, EVENT_REMOVE, 0))
    fcntl.ioctl(fd, UFFDIO_REGISTER, struct.pack("QQQQ", address, size, MODE_MISSING, 0))
    return fd


def region(address, size, offset):
    return {"base_host_virt_addr": address, "size": size, "offset": offset,
            "page_size": PAGE, "page_size_kib": PAGE}


def main(path, file, behaviour):
    with open(file, "rb") as source:
        expected = source.read()
    memory = mmap.mmap(-1, len(expected), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
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
    regions = [region(address, len(expected), 0)]
    if behaviour == "overlap":
        regions.append(region(address + PAGE, PAGE, 0))
    socket.send_fds(connection, [json.dumps(regions).encode()], [fd])
    if behaviour in ("careless", "overlap"):
        os.close(fd)

    pages = list(range(0, len(expected), PAGE))
    random.shuffle(pages)
    if behaviour in ("hold", "careless"):
        pages.remove(0)
        assert memory[:PAGE] == expected[:PAGE]
        print("ready", flush=True)
        sys.stdin.readline()
    for page in pages:
        seen = memory[page : page + PAGE]
        if seen != expected[page : page + PAGE]:
            print("wrong", page, "zeros" if not any(seen) else "data", flush=True)
            sys.exit(1)
    print("right", len(expected) // PAGE, flush=True)


main(*sys.argv[1:])
