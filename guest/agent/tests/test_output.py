"""Output: when it goes out, and that all of it does."""

import os
import time

import pytest
from conftest import DONE, STDERR, STDOUT


def test_output_goes_out_while_the_program_runs(host):
    host.send(host.request("import time; print('first'); time.sleep(60)"))
    began = time.monotonic()
    assert host.next() == (STDOUT, b"first\n")
    assert time.monotonic() - began < 10
    host.process.kill()


def test_the_tail_of_a_burst_goes_out_too(host):
    host.send(host.request("import time\nfor i in range(50): print(i)\ntime.sleep(60)"))
    wanted = "".join(f"{i}\n" for i in range(50)).encode()
    got = b""
    while got != wanted:
        kind, payload = host.next()
        assert kind == STDOUT
        got += payload
    host.process.kill()


def test_bursts_are_gathered(host):
    answer = host.run("for i in range(100_000): print(i)")
    assert answer.out == "".join(f"{i}\n" for i in range(100_000))
    assert answer.kinds.count(STDOUT) < 2_000


def test_much_output(host):
    answer = host.run("import sys; n = sys.stdout.write('x' * 5_000_000)")
    assert len(answer.out) == 5_000_000


def test_order_between_the_streams(host):
    code = "import sys\nfor i in range(100): print(i); print(i, file=sys.stderr)"
    answer = host.run(code)
    numbers = "".join(f"{i}\n" for i in range(100))
    assert (answer.out, answer.err) == (numbers, numbers)
    assert answer.kinds[-1] == DONE


def test_bytes_that_are_not_text(host):
    answer = host.run("import sys; n = sys.stdout.buffer.write(bytes(range(256)))")
    assert answer.joined(STDOUT) == bytes(range(256))


def test_text_that_cannot_be_encoded(host):
    answer = host.run("print('\\ud800')")
    assert "UnicodeEncodeError" in answer.err
    assert host.run("import sys; print('\\ud800', file=sys.stderr)").err == "\\ud800\n"


def test_unflushed_output(host):
    assert host.run("import sys; n = sys.stdout.write('no newline')").out == "no newline"


@pytest.mark.parametrize("fd, kind", [(1, STDOUT), (2, STDERR)])
def test_descriptors(host, fd, kind):
    answer = host.run(f"import os; n = os.write({fd}, b'raw' * 100_000)")
    assert answer.joined(kind) == b"raw" * 100_000


def test_children_write_too(host):
    code = "import subprocess; c = subprocess.run('echo out; echo err >&2', shell=True)"
    answer = host.run(code)
    assert (answer.out, answer.err) == ("out\n", "err\n")


def test_a_child_that_stays_does_not_hold_up_the_end(host):
    began = time.monotonic()
    answer = host.run("import subprocess; p = subprocess.Popen(['sleep', '30']); print(p.pid)")
    assert time.monotonic() - began < 10
    os.kill(int(answer.out), 9)


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.stdout.close()",
        "import os; os.close(1)",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys, io; sys.stdout = io.StringIO(); print('x')",
        "import os; n = os.dup2(os.open('/dev/null', os.O_WRONLY), 1)",
        "import sys; sys.stderr.close(); 1 / 0",
    ],
)
def test_streams_that_the_program_breaks(host, code):
    assert host.run(code).kinds[-1] == DONE
    answer = host.run("import os; print('still'); n = os.write(1, b'here')")
    assert sorted(answer.out.split()) in (["here", "still"], ["herestill"])


def test_a_forked_child_does_not_speak_on_the_port(host):
    code = (
        "import os, sys\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    print('child', flush=True)\n"
        "    os._exit(0)\n"
        "done = os.waitpid(pid, 0)\n"
        "print('parent')"
    )
    assert sorted(host.run(code).out.split()) == ["child", "parent"]


def test_a_forked_child_that_runs_to_its_end(host):
    code = "import os\nif os.fork():\n    done = os.wait()\nprint('both')"
    answer = host.run(code)
    assert answer.out == "both\nboth\n"
    assert answer.kinds.count(DONE) == 1
    assert host.run("print('next')").out == "next\n"


def test_daemon_threads_are_left_alone(host):
    code = (
        "import threading, time\n"
        "threading.Thread(target=lambda: time.sleep(60), daemon=True).start()\n"
        "print('x')"
    )
    began = time.monotonic()
    assert host.run(code).out == "x\n"
    assert time.monotonic() - began < 10
