"""The guest of the fake Firecracker: the real agent, on this host.

fake_guest.py LISTEN_FD BOOTING PARENT   does what guest/init does: makes the agent's socket
listen, unless the guest was restored and it does already, starts the agent on it, and
tells the host when that has ended.
"""

import ctypes
import os
import pathlib
import random
import select
import signal
import socket
import struct
import sys
import time

AGENT = pathlib.Path(__file__).resolve().parents[2] / "guest/agent"
FREE_BYTES = 64 * 1024 * 1024  # what the guest says that it does not use
BOOT_SECONDS = 0.3
PR_SET_PDEATHSIG = 1


def die_with(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it was asked
        os._exit(1)


def run_agent(listener, reports, init):
    die_with(init)
    sys.path.insert(0, str(AGENT))
    from dhg_agent import quiesce, renew

    # What would change this host and not a guest.
    renew.set_clock = lambda now_ns: None
    renew.add_entropy = random.seed
    quiesce.quiesce = lambda: []
    quiesce.free_bytes = lambda: FREE_BYTES
    import main

    sys.argv = ["main.py", "--listen-fd", str(listener.detach()), "--report-fd", str(reports.detach())]
    sys.stdin = open(os.devnull)
    main.main()


def last_connection(reports):
    last = None
    reports.setblocking(False)
    try:
        while True:
            _, [fd], _, _ = socket.recv_fds(reports, 1, 1)
            last = socket.socket(fileno=fd)
    except (BlockingIOError, ValueError):
        return last


def main():
    die_with(int(sys.argv[3]))
    listener = socket.socket(fileno=int(sys.argv[1]))
    if sys.argv[2] == "1":
        time.sleep(BOOT_SECONDS)
        listener.listen(16)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    init = os.getpid()
    agent = os.fork()
    if agent == 0:
        ours.close()
        run_agent(listener, theirs, init)
        os._exit(0)
    theirs.close()
    listener.close()
    _, status = os.waitpid(agent, 0)
    host = last_connection(ours)
    if host is None:
        return
    killed = os.WIFSIGNALED(status)
    value = os.WTERMSIG(status) if killed else os.WEXITSTATUS(status)
    host.sendall(struct.pack("<IB3xBi", 5, 0x87, 2 if killed else 1, value))
    select.select([host], [], [], 2)


if __name__ == "__main__":
    main()
