"""The guest of the fake Firecracker: the real relay and the real agent, on this host.

fake_guest.py LISTEN_FD BOOTING PARENT   does what guest/init does: makes the socket of the
relay listen, unless the guest was restored and it does already, and becomes the relay.
"""

import os
import pathlib
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import relay  # noqa: E402
from fake_agent import die_with  # noqa: E402

BOOT_SECONDS = 0.3


def main():
    die_with(int(sys.argv[3]))
    listener = socket.socket(fileno=int(sys.argv[1]))
    if sys.argv[2] == "1":
        time.sleep(BOOT_SECONDS)
        listener.listen(16)
    listener.set_inheritable(True)
    agent = ["/usr/bin/python3", str(HERE / "fake_agent.py")]
    os.execv(relay.program(), ["relay", "listen", str(listener.detach()), *agent])


if __name__ == "__main__":
    main()
