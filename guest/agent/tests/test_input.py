"""A program's standard input, which the host sends, and its environment."""

import contextlib
import hashlib
import json
import struct

import pytest
from conftest import DONE, ERROR, STDOUT, frame
from test_ending import ended

STDIN, STDIN_TAKEN = 0x08, 0x89
WINDOW = 256 * 1024


class Feeder:
    """Sends an input as the protocol has it: no more than a window ahead of what was taken."""

    def __init__(self, host, data):
        self.host = host
        self.left = memoryview(data)
        self.under_way = 0
        self.is_over = self.refused = False

    def feed(self):
        while self.left and self.under_way < WINDOW and not self.refused:
            part = self.left[: min(50_000, WINDOW - self.under_way)]
            self.host.send(frame(STDIN, bytes(part)))
            self.left = self.left[len(part) :]
            self.under_way += len(part)
        if not self.left and not self.is_over:
            self.is_over = True
            self.host.send(frame(STDIN))

    def run(self, code, **members):
        """The output of a program that has this input."""
        self.host.send(self.host.request(code, value="none", last=True, stdin=True, **members))
        self.feed()
        out = b""
        while (got := self.host.next()) is not None:
            kind, payload = got
            if kind == STDOUT:
                out += payload
            elif kind == STDIN_TAKEN:
                (taken,) = struct.unpack("<I", payload)
                self.refused |= taken == 0
                self.under_way -= taken
                assert self.under_way >= 0
                self.feed()
            elif kind == ERROR:
                raise RuntimeError(payload)
            elif kind == DONE and not json.loads(payload)["exits"]:
                break
        return out.decode()


def test_lines(host):
    code = "import sys\nfor line in sys.stdin: print(line.strip().upper())\nprint('end')"
    assert Feeder(host, b"one\ntwo\nthree").run(code) == "ONE\nTWO\nTHREE\nend\n"


def test_more_than_the_window(host):
    code = "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    data = bytes(range(256)) * 10_000
    assert Feeder(host, data).run(code) == hashlib.sha256(data).hexdigest() + "\n"


def test_none_is_none(host):
    assert Feeder(host, b"").run("print(input())") == ""
    assert host.next() is None


def test_a_program_that_does_not_read(host):
    feeder = Feeder(host, b"x" * 1_000_000)
    assert feeder.run("print('no')") == "no\n"
    assert feeder.left


def test_a_program_that_closes_it(host):
    feeder = Feeder(host, b"x" * 1_000_000)
    assert feeder.run("import os, time; os.close(0); time.sleep(0.5); print('closed')") == "closed\n"
    assert feeder.refused


def test_a_child_reads_it(host):
    code = "import subprocess; print(subprocess.run(['wc', '-c'], capture_output=True).stdout)"
    assert Feeder(host, b"12345").run(code) == "b'5\\n'\n"


def test_the_stream_is_as_python_makes_it(host):
    code = "import sys; print(sys.stdin, sys.stdin is sys.__stdin__, sys.stdin.seekable())"
    out = Feeder(host, b"").run(code)
    assert out == "<_io.TextIOWrapper name='<stdin>' mode='r' encoding='utf-8'> True False\n"


def test_without_one_it_is_the_null_device(host):
    answer = host.run("import os, sys; print(repr(sys.stdin.read()), os.readlink('/proc/self/fd/0'))")
    assert answer.out == "'' /dev/null\n"


def test_only_the_last_program_has_one(host):
    assert "input" in host.run("print(1)", stdin=True).error


def test_a_host_that_sends_more_than_it_may(host):
    host.send(host.request("import time; time.sleep(5)", last=True, stdin=True))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        host.send(frame(STDIN, b"x" * (WINDOW + 200_000)))
        while host.next() is not None:
            pass
    assert b"more than it was told" in host.process.stderr.read()


def test_environment(host):
    code = "import os, time; print(os.environ['A'], os.getenv('B'), time.tzname[0])"
    answer = host.run(code, env={"A": "x=1", "B": "", "TZ": "Asia/Tokyo"}, last=True)
    assert (answer.out, ended(answer)) == ("x=1  JST\n", 0)


@pytest.mark.parametrize("env", [{"": "x"}, {"A=B": "x"}, {"A": "\0"}, {"A": 1}, ["A"]])
def test_what_is_no_environment(host, env):
    assert "env" in host.run("print(1)", env=env).error
