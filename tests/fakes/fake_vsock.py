"""The fake Firecracker's vsock, and the guest behind it."""

import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
DRIVER_SECONDS = 0.1  # until a guest that boots has drivers


def die(what, status=1):
    print(f"Error: {what}", file=sys.stderr, flush=True)
    os._exit(status)


def listen_at(path):
    """Where the vsock comes out. It listens before there is a guest."""
    result = socket.socket(socket.AF_UNIX)
    result.bind(path)
    result.listen(16)
    return result


class Guest:
    """The agent behind the vsock. A guest that is stuck gets nowhere in booting."""

    def __init__(self, vsock, booting, stuck, refused_connects, last_words, log):
        self._log = log
        self._stuck = stuck
        self._drivers_at = time.monotonic() + (DRIVER_SECONDS if booting else 0)
        self._last_words = last_words  # of the guest, before all ends
        self._address = f"\0dhg-fake-guest-{os.getpid()}"
        self._refuse = refused_connects
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self._address)
        if not booting:
            listener.listen(16)
        self._process = subprocess.Popen(
            ["/usr/bin/python3", "-I", str(HERE / "fake_guest.py"), str(listener.fileno()),
             str(int(booting)), str(os.getpid())],
            pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL,
        )
        listener.close()
        threading.Thread(target=self._reap, daemon=True).start()
        self._vsock = vsock
        threading.Thread(target=self._accept, daemon=True).start()

    def has_drivers(self):
        return not self._stuck and time.monotonic() >= self._drivers_at

    def _reap(self):
        self._process.wait()
        os._exit(0)  # the guest has reset its machine

    def _accept(self):
        while True:
            host, _ = self._vsock.accept()
            threading.Thread(target=self._connect, args=(host,), daemon=True).start()

    def _connect(self, host):
        while not self.has_drivers():  # nobody in the guest can answer
            time.sleep(0.01)
        line = b""
        while not line.endswith(b"\n") and len(line) < 32:
            line += host.recv(1)
        guest = socket.socket(socket.AF_UNIX)
        if line != b"CONNECT 25704\n" or self._refuse > 0:
            self._refuse -= 1
            self._log("CONNECT refused")
            host.close()
            return
        try:
            guest.connect(self._address)
        except OSError:  # nobody listens yet
            host.close()
            return
        self._log("CONNECT")
        host.sendall(b"OK 1073741824\n")
        threading.Thread(target=self._pass_on, args=(host, guest), daemon=True).start()
        self._pass_on(guest, host, self._last_words)

    @staticmethod
    def _pass_on(source, target, last_words=None):
        try:
            while data := source.recv(65536):
                target.sendall(data)
                if last_words is not None and last_words in data:
                    time.sleep(0.1)
                    die("died, as it was asked for", 148)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for each in (source, target):
                each.close()
