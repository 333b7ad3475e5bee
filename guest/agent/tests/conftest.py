"""A real agent process and a tiny host to speak with it, over a socket pair."""

import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))  # the agent
sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "tests/fakes"))
import relay  # noqa: E402

AGENT = pathlib.Path(__file__).parents[1] / "main.py"
GUEST_HALF = (
    pathlib.Path(__file__).parents[3] / "plugins/result_channels/json_file/guest_half.py"
).read_bytes()

FAKES = pathlib.Path(__file__).parent / "fakes"  # of what the Deephaven image has

HELLO, CODE, CHANNEL, RUN, QUIESCE, SETUP, INTERRUPT = 1, 2, 3, 4, 5, 6, 7
GUEST_HELLO, STDOUT, STDERR, RESULT, DONE, QUIESCED, EXITED, ERROR = range(0x81, 0x89)
LIMIT = 20  # seconds that any answer may take


def frame(kind, payload=b""):
    return struct.pack("<IB3x", len(payload), kind) + payload


class Answer:
    """The frames of one answer."""

    def __init__(self, frames):
        self.frames = frames

    def joined(self, kind):
        return b"".join(payload for k, payload in self.frames if k == kind)

    @property
    def out(self):
        return self.joined(STDOUT).decode(errors="surrogateescape")

    @property
    def err(self):
        return self.joined(STDERR).decode(errors="surrogateescape")

    @property
    def outcome(self):
        return json.loads(self.joined(RESULT))

    @property
    def error(self):
        return json.loads(self.joined(ERROR))["message"]

    @property
    def status(self):
        """How the agent's process ended: its exit status, or minus a signal's number."""
        kind, value = struct.unpack("<Bi", self.joined(EXITED))
        return value if kind == 1 else -value

    @property
    def kinds(self):
        return [kind for kind, _ in self.frames]


def start_agent(way, inherited, fakes=False):
    """An agent behind a relay. `way` is "port" or "listen", `inherited` the socket for it."""
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR")}
    environment["LANG"] = "C.UTF-8"
    if fakes:
        environment |= {"PYTHONPATH": str(FAKES), "JAVA_HOME": "/java"}
    process = subprocess.Popen(
        [relay.program(), way, str(inherited.fileno()), "/usr/bin/python3", AGENT],
        env=environment,
        pass_fds=[inherited.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What runs in a shell's background inherits that it is ignored; init does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    inherited.close()
    return process


class Host:
    """Plays the host, on a connected socket."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(LIMIT)
        self._buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def next(self):
        """The next frame, or None at the end of the stream."""
        while True:
            if len(self._buffer) >= 8:
                length, kind = struct.unpack_from("<IB", self._buffer)
                assert length <= 32_760
                assert self._buffer[5:8] == b"\0\0\0"
                if len(self._buffer) >= 8 + length:
                    payload = self._buffer[8 : 8 + length]
                    self._buffer = self._buffer[8 + length :]
                    return kind, payload
            part = self.socket.recv(65536)
            if not part:
                return None
            self._buffer += part

    def answer(self):
        """All frames up to the end of an answer."""
        frames = []
        ends = {DONE, QUIESCED, ERROR, EXITED}
        while not frames or frames[-1][0] not in ends:
            got = self.next()
            if got is None:
                break
            frames.append(got)
            if got[0] == DONE and json.loads(got[1]).get("exits"):
                ends = {EXITED}
        return Answer(frames)

    @staticmethod
    def request(code, channel=GUEST_HALF, **members):
        run = {"channel": "json-file", "filename": "<string>", "argv": ["-c"], "value": "last",
               "now_ns": 0, "entropy": "", **members}
        if isinstance(code, str):
            code = code.encode()
        return frame(CODE, code) + frame(CHANNEL, channel) + frame(RUN, json.dumps(run).encode())

    def setup(self, **members):
        self.send(frame(SETUP, json.dumps(members).encode()))
        return self.answer()

    def run(self, code, **members):
        self.send(self.request(code, **members))
        return self.answer()


class OwnAgent(Host):
    """The host of an agent that has one port, as under QEMU."""

    def __init__(self, fakes=False):
        ours, theirs = socket.socketpair()
        super().__init__(ours)
        self.process = start_agent("port", theirs, fakes=fakes)

    def close(self):
        super().close()
        try:
            self.process.wait(LIMIT)
        finally:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    """The results of agents that run at the same time do not meet in /tmp."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture
def host():
    host = OwnAgent()
    yield host
    host.close()


@pytest.fixture
def deephaven_host():
    """An agent that finds a stand-in for Deephaven where the image has the real one."""
    host = OwnAgent(fakes=True)
    yield host
    host.close()
