"""An agent that listens, as under Firecracker: hosts come and go, it stays."""

import socket

import pytest
from conftest import DONE, GUEST_HELLO, HELLO, LIMIT, Host, frame, start_agent


class Machine:
    """A listening agent, and init's end of the report socket."""

    def __init__(self, path):
        self.address = str(path / "port")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.address)
        listener.listen(16)
        self.reports, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.reports.settimeout(LIMIT)
        self.process = start_agent(
            "--listen-fd", listener.fileno(), "--report-fd", theirs.fileno(),
            inherited=[listener, theirs],
        )

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.address)
        return Host(connection)

    def reported(self):
        _, [fd], _, _ = socket.recv_fds(self.reports, 1, 1)
        return socket.socket(fileno=fd)

    def close(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    machine.close()


def test_each_host_is_answered(machine):
    for number in range(3):
        host = machine.connect()
        assert host.run(f"print({number})").out == f"{number}\n"
        host.close()


def test_hosts_that_are_gone_before_they_are_heard(machine):
    for _ in range(5):
        machine.connect().close()
    assert machine.connect().run("print('heard')").out == "heard\n"


def test_what_a_host_had_begun_is_void(machine):
    host = machine.connect()
    host.send(frame(HELLO, b'{"protocol": 1}') + host.request("print('never')")[:-20])
    host.close()
    host = machine.connect()
    answer = host.run("print('mine')")
    assert answer.out == "mine\n"
    assert GUEST_HELLO not in answer.kinds


def test_a_connection_that_is_reset(machine):
    host = machine.connect()
    host.send(host.request("print('x' * 3_000_000)"))
    host.socket.recv(1)
    host.close()  # with bytes unread, which resets it
    assert machine.connect().run("print('still here')").out == "still here\n"


def test_a_second_host_waits_for_the_first(machine):
    first, second = machine.connect(), machine.connect()
    second.send(second.request("print('second')"))
    assert first.run("print('first')").out == "first\n"
    first.close()
    assert second.answer().kinds[-1] == DONE


def test_init_can_tell_the_host_of_the_agents_end(machine):
    machine.connect().close()
    host = machine.connect()
    host.send(host.request("import os; print('last words', flush=True); os._exit(7)"))
    assert machine.process.wait(LIMIT) == 7
    machine.reported().close()
    machine.reported().sendall(b"\x05\0\0\0\x87\0\0\0" + b"\x01\x07\0\0\0")
    frames = [host.next(), host.next()]
    assert [kind for kind, _ in frames] == [0x82, 0x87]
    assert host.next() is None


def test_a_listener_needs_somewhere_to_report():
    process = start_agent("--listen-fd", 3, inherited=[])
    _, errors = process.communicate(timeout=LIMIT)
    assert process.returncode == 2
    assert b"--report-fd" in errors
