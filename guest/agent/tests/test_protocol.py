"""What is said on the port, and what is refused."""

import json
import os
import struct
import time

import pytest
from conftest import (CHANNEL, CODE, DONE, ERROR, GUEST_HALF, GUEST_HELLO, HELLO, QUIESCE, QUIESCED,
                      RESULT, RUN, STDOUT, frame)

GREETING = frame(HELLO, b'{"protocol": 3}')


def test_hello_is_answered_at_once(host):
    host.send(GREETING)
    kind, payload = host.next()
    assert kind == GUEST_HELLO
    assert json.loads(payload)["protocol"] == 3


def test_everything_in_one_write(host):
    host.send(GREETING + host.request("print('hello')"))
    answer = host.answer()
    assert sorted(answer.kinds) == [GUEST_HELLO, STDOUT, RESULT, DONE]
    assert answer.kinds[-2:] == [RESULT, DONE]
    assert answer.out == "hello\n"


def test_byte_by_byte(host):
    for byte in GREETING + host.request("print('hello')"):
        host.send(bytes([byte]))
    answer = host.answer()
    assert GUEST_HELLO in answer.kinds
    assert answer.out == "hello\n"


def test_other_protocol_version(host):
    host.send(frame(HELLO, b'{"protocol": 1}'))
    assert "protocol 1" in host.answer().error


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<IB3x", 1024 * 1024 + 1, CODE),
        struct.pack("<IB3x", 0xFFFFFFFF, CODE),
        struct.pack("<IB3x", 0, 0x09),
        struct.pack("<IB3x", 0, 0x82),
        struct.pack("<IB3s", 0, CODE, b"\0\0\1"),
    ],
)
def test_what_is_not_the_protocol_ends_the_agent(host, header):
    host.send(header)
    assert "protocol" in host.answer().error
    assert host.answer().status == 0


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"{", b'{"argv": 1}', b'{"argv": [1]}', b'{"now_ns": -1}', b'{"now_ns": "1"}',
     b'{"entropy": "zz"}', b'{"entropy": "00"}', b'{"filename": 1}', b"\xff"],
)
def test_wrong_requests_are_refused_and_the_next_is_served(host, payload):
    host.send(frame(CODE, b"1") + frame(CHANNEL, GUEST_HALF) + frame(RUN, payload))
    assert host.answer().kinds == [ERROR]
    assert host.run("print(2)").out == "2\n"


@pytest.mark.parametrize(
    "half, telling",
    [
        (b"", "store"),
        (b"def store(outcome): pass", "load"),
        (b"no python", "SyntaxError"),
        (b"def store(o): pass\ndef load():\n  raise OSError('no result')", "failed in load, line 3: OSError: no result"),
        (b"def store(o): pass\ndef load(): return 'text'", "load() returned str"),
        (b"def store(o): pass\ndef load(): raise SystemExit(3)", "SystemExit"),
        (b"def store(o): 1 / 0\ndef load(): return b''", "ZeroDivisionError"),
    ],
)
def test_guest_halves_that_do_not_work(host, half, telling):
    assert telling in host.run("1", channel=half).error
    assert host.run("print(2)").out == "2\n"


def test_code_that_is_not_utf8(host):
    assert "UTF-8" in host.run(b"print('\xff')").error


def test_long_code_in_many_frames(host):
    code = "x = 1\n" * 400_000 + "print('end')"
    request = b"".join(
        frame(CODE, code.encode()[at : at + 1_000_000]) for at in range(0, len(code), 1_000_000)
    )
    host.send(request + frame(CHANNEL, GUEST_HALF) + frame(RUN, b"{}"))
    assert host.answer().out == "end\n"


def test_a_large_result_in_many_frames(host):
    answer = host.run("'x' * 5_000_000")
    assert len(answer.outcome["result_repr"]) == 5_000_002
    assert answer.kinds.count(RESULT) > 100


def test_phases(host):
    phases = json.loads(host.run("pass").joined(DONE))["phases"]
    assert list(phases) == ["receive", "renew", "run_script", "read_result", "send"]
    assert all(isinstance(value, int) and value >= 0 for value in phases.values())


def test_clock(host):
    done = json.loads(host.run("import time; time.sleep(0.01)").joined(DONE))
    clock = done["clock"]
    assert clock["answered_ns"] - clock["received_ns"] == sum(done["phases"].values())
    assert abs(clock["answered_ns"] - time.monotonic_ns()) < 60_000_000_000


def test_quiesce(host):
    host.run("pass")
    host.send(frame(QUIESCE, b"{}"))
    answer = json.loads(host.answer().joined(QUIESCED))
    assert answer["free_bytes"] > 0
    assert all(isinstance(text, str) for text in answer["skipped"])
    assert host.run("print(1)").out == "1\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may; the machine's clock is not ours to set")
def test_renewal_without_permission_is_an_error(host):
    assert "Error" in host.run("1", entropy="00" * 64).error


def test_an_end_of_the_process_ends_the_stream(host):
    answer = host.run("import os; print('out', flush=True); os._exit(7)")
    assert (answer.out, answer.status) == ("out\n", 7)
    assert host.next() is None


def test_the_agent_says_nothing_itself(host):
    host.run("print(1)")
    host.socket.shutdown(1)
    assert host.process.communicate(timeout=10) == (b"", b"")
