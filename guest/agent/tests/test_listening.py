"""An agent that listens, as under Firecracker: hosts come and go, it stays."""

import socket

import pytest
from conftest import CODE, DONE, GUEST_HELLO, HELLO, LIMIT, Host, frame, start_agent

GREETING = b'{"protocol": 3}'


class Machine:
    """An agent behind a relay that listens."""

    def __init__(self, path):
        self.address = str(path / "port")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.address)
        listener.listen(16)
        self.process = start_agent("listen", listener)

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.address)
        return Host(connection)

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
    host.send(frame(HELLO, GREETING) + host.request("print('never')")[:-20])
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


def test_the_host_is_told_of_the_agents_end(machine):
    machine.connect().close()
    host = machine.connect()
    answer = host.run("import os; os.write(1, b'last words'); os._exit(7)")
    assert (answer.out, answer.status) == ("last words", 7)
    host.close()
    assert machine.process.wait(LIMIT) == 0


def test_a_host_that_is_gone_in_the_middle_of_a_long_frame(machine):
    host = machine.connect()
    host.send(frame(HELLO, GREETING) + frame(CODE, b"#" * 900_000)[:-1])
    host.close()
    assert machine.connect().run("print('mine')").out == "mine\n"
