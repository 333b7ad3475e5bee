"""What goes into a guest: standard input and environment, as docs/data.md has them."""

import contextlib
import fcntl
import hashlib
import json
import os
import pty
import signal
import subprocess
import time

import pytest

COUNT = "import sys; print(sum(len(line) for line in sys.stdin.buffer))"


def test_standard_input(dhg):
    assert dhg.exec("print(input().upper())", input=b"hello\n").out == "HELLO\n"


def test_a_script_reads_it(dhg, tmp_path):
    script = tmp_path / "clean.py"
    script.write_text("import sys\nfor line in sys.stdin: print(line.rstrip() + ',1')")
    run = dhg("exec", "--vm", script, input=b"a\nb\n")
    assert (run.code, run.out) == (0, "a,1\nb,1\n")


def test_a_program_that_is_read_from_there_has_none(dhg):
    run = dhg("exec", "--vm", "-", input=b"import sys; print(repr(sys.stdin.read()))")
    assert run.out == "''\n"


def test_megabytes_of_bytes(dhg):
    data = os.urandom(1 << 20) * 8
    code = "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())"
    assert dhg.exec(code, input=data).out == hashlib.sha256(data).hexdigest() + "\n"


def test_more_than_is_ever_under_way(dhg):
    # What is more than the guest's memory takes minutes without KVM: docs/data.md.
    data = b"\0" * (60 << 20)
    assert dhg.exec("import sys\nn = 0\nwhile b := sys.stdin.buffer.read(1 << 16): n += len(b)\n"
                    "print(n)", input=data).out == f"{60 << 20}\n"


def test_it_is_streamed_both_ways(dhg):
    code = "import sys\nfor line in sys.stdin: print(line.strip(), flush=True)"
    run = dhg.start("exec", "--vm", "-c", code, stdin=subprocess.PIPE)
    with run:
        for word in (b"one\n", b"two\n"):  # the next is written when the last has come back
            run.stdin.write(word)
            run.stdin.flush()
            assert run.stdout.readline() == word
        run.stdin.close()
        assert run.wait(20) == 0


def test_a_program_that_never_reads_is_not_held_up(dhg):
    reader, writer = os.pipe()
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, writer)  # it stays open
        run = dhg.start("exec", "--vm", "-c", "print('done')", stdin=reader)
        os.close(reader)
        with run:
            assert run.communicate(timeout=20)[0] == b"done\n"


def test_one_that_stops_reading_ends_whoever_writes(dhg):
    code = "import os, sys, time; os.close(0); time.sleep(1); print('closed')"
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as source:
        run = dhg.start("exec", "--vm", "-c", code, stdin=source.stdout)
        source.stdout.close()
        with run:
            assert source.wait(20) == -signal.SIGPIPE
            assert run.communicate(timeout=20)[0] == b"closed\n"


def test_a_loop_of_the_shell_that_reads(dhg):
    loop = f"while read line; do {os.environ['DHG_TEST_BINARY']} exec --vm %s -c 'print(1)'; done"
    for option, rounds in (("", 1), ("--no-stdin", 3)):
        done = subprocess.run(["sh", "-c", loop % option], input=b"1\n2\n3\n", env=dhg.env,
                              capture_output=True, timeout=60)
        assert done.stdout == b"1\n" * rounds, done.stderr


@pytest.mark.parametrize("closed", [False, True])
def test_without_input_there_is_none(dhg, closed):
    redirection = "<&-" if closed else "</dev/null"
    code = "import os, sys; print(repr(sys.stdin.read()), os.readlink('/proc/self/fd/0'))"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" exec --vm -c "$1" {redirection}',
         os.environ["DHG_TEST_BINARY"], code],
        env=dhg.env, capture_output=True, timeout=60,
    )
    assert done.stdout == b"'' /dev/null\n"


def typed(dhg, *options):
    """What a program makes of a line that is typed at a terminal, and of what is left there."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as keyboard:
        run = dhg.start("exec", "--vm", *options, "-c", "import sys; print(repr(sys.stdin.readline()))",
                        stdin=theirs)
        keyboard.write(b"typed\n")
        with run:
            out = run.communicate(timeout=20)[0]
        fcntl.fcntl(theirs, fcntl.F_SETFL, os.O_NONBLOCK)
        try:
            left = os.read(theirs, 100)
        except BlockingIOError:
            left = b""
        os.close(theirs)
    return out, left


def test_a_terminal_is_read_only_if_asked_for(dhg):
    assert typed(dhg) == (b"''\n", b"typed\n")
    assert typed(dhg, "-i") == (b"'typed\\n'\n", b"")


def test_what_excludes_each_other(dhg):
    assert dhg.exec("1", "-i", "--no-stdin").code == 2
    assert dhg("exec", "--vm", "-i", "-", input=b"1").code == 2


def test_interrupted_while_it_reads(dhg):
    reader, writer = os.pipe()
    run = dhg.start("exec", "--vm", "-c", "import sys; print('ready', flush=True); sys.stdin.read()",
                    stdin=reader)
    os.close(reader)
    with run:
        assert run.stdout.readline() == b"ready\n"
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        assert run.wait(20) == 130
        assert time.monotonic() - began < 10
    os.close(writer)


# Environment


def test_environment(dhg, tmp_path):
    (tmp_path / "prod.env").write_text("# of the program\nB=file\nA=file\n")
    code = "import os, time; print(os.environ['A'], os.environ['B'], os.environ['M'], time.tzname[0])"
    run = dhg("exec", "--vm", "-e", "A=1", "-e", "M", "-e", "TZ=Asia/Tokyo", "--env-file",
              tmp_path / "prod.env", "-c", code, env={"M": "mine"})
    assert (run.code, run.out) == (0, "1 file mine JST\n")


def test_a_child_has_the_environment(dhg):
    assert dhg.exec("import os; os.system('echo $A')", "-e", "A=b c").out == "b c\n"


def test_secrets_are_nowhere_but_in_the_program(dhg, tmp_path):
    (tmp_path / "key").write_text("k3y-of-a-file\n")
    code = "import os; print(len(os.environ['DB_PASSWORD']), os.environ['KEY'] == 'k3y-of-a-file')"
    run = dhg("exec", "--vm", "--verbose", "--json", "--trace", tmp_path / "trace.json",
              "--secret", "DB_PASSWORD", "--secret", f"KEY=@{tmp_path}/key", "-c", code,
              env={"DB_PASSWORD": "p4ssw0rd-of-mine"})
    assert json.loads(run.out)["stdout"] == "16 True\n"
    told = run.out.replace(json.dumps(code), "") + run.err + (tmp_path / "trace.json").read_text()
    assert "p4ssw0rd" not in told
    assert "k3y-of-a-file\n" not in told.replace(code, "")


def test_a_secret_is_not_given_on_the_command_line(dhg):
    run = dhg.exec("1", "--secret", "A=s3cret")
    assert run.code == 2
    assert "s3cret" not in run.err
    assert "--secret A=@FILE" in run.err


@pytest.mark.parametrize(
    ("options", "telling"),
    [
        (("-e", "DHG_NOT_THERE"), "your environment has no variable DHG_NOT_THERE"),
        (("-e", "=1"), "a variable's name is missing"),
        (("--env-file", "/nowhere"), "cannot read '/nowhere'"),
        (("-e", b"A=\xff"), "not UTF-8"),
    ],
)
def test_what_cannot_be_set(dhg, options, telling):
    run = dhg.start("exec", "--vm", *[o if isinstance(o, str) else os.fsdecode(o) for o in options],
                    "-c", "1")
    with run:
        err = run.communicate(timeout=20)[1].decode()
    assert (run.returncode, telling in err) == (2, True), err
