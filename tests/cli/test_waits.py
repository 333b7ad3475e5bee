"""Whatever dhg waits for: it hears Ctrl-C and SIGTERM, and knows the time limit."""

import contextlib
import fcntl
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import threading
import time

import conftest
import pytest
from conftest import BINARY, PYTHON

PROMPT = 30.0  # seconds; far more than it takes, far less than what is waited for

ENDINGS = [
    ((), signal.SIGINT, 130),
    ((), signal.SIGTERM, 143),
    (("--timeout", "1"), None, 124),
]


def wait_until(condition, seconds=PROMPT):
    return conftest.wait_until(condition, seconds)


def ends_when_told(run, number, expected):
    """Sends the signal, if there is one, and returns what the run said on stderr."""
    began = time.monotonic()
    if number is not None:
        run.send_signal(number)
    _, err = run.communicate(timeout=PROMPT)
    assert run.returncode == expected, err
    assert time.monotonic() - began < PROMPT
    return err.decode()


def is_waiting_for(run, path):
    """Whether the process has `path` open: then it is about to wait for it."""
    with contextlib.suppress(OSError):
        for fd in pathlib.Path(f"/proc/{run.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(fd) == str(path):
                    return True
    return False


def has_sigint_in(run, which):
    status = pathlib.Path(f"/proc/{run.pid}/status").read_text()
    mask = int(next(l for l in status.splitlines() if l.startswith(which)).split()[1], 16)
    return mask >> (signal.SIGINT - 1) & 1 == 1


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("options, number, code", ENDINGS)
def test_a_program_that_does_not_come(empty_dhg, options, number, code):
    run = empty_dhg.start("exec", "--vm", *options, "-", stdin=subprocess.PIPE)
    run.stdin.write(b"print(1)\n")  # so far
    run.stdin.flush()
    assert wait_until(lambda: has_sigint_in(run, "SigBlk"))  # from when on it listens
    stdin, run.stdin = run.stdin, None
    with stdin:
        ends_when_told(run, number, code)


@pytest.mark.parametrize("options, number, code", ENDINGS)
@pytest.mark.parametrize("what", ["script", "config"])
def test_a_fifo_that_nobody_writes(empty_dhg, fifo, what, options, number, code):
    arguments = [fifo] if what == "script" else ["--config", fifo, "-c", "1"]
    run = empty_dhg.start("exec", "--vm", *options, *arguments)
    assert wait_until(lambda: is_waiting_for(run, fifo))
    ends_when_told(run, number, code)


def test_an_early_end_in_json(empty_dhg, fifo):
    run = empty_dhg("exec", "--vm", "--json", "--timeout", "100ms", fifo)
    report = run.json()
    assert (run.code, report["exit_code"], report["outcome"]) == (124, 124, "timeout")
    assert report["error"]["code_may_have_run"] is False


@pytest.mark.parametrize("command", [("vm", "prepare"),
                                     ("page-server", "--socket", "s", "--memory", "m")])
def test_other_commands_whose_config_does_not_come(empty_dhg, fifo, command):
    run = empty_dhg.start(*command, "--config", fifo)
    assert wait_until(lambda: is_waiting_for(run, fifo))
    assert "interrupted" in ends_when_told(run, signal.SIGINT, 130)


def test_a_trace_that_nobody_reads(empty_dhg, fifo):
    run = empty_dhg.start("exec", "--vm", "--trace", fifo, "-c", "print(1)")
    assert wait_until(lambda: has_sigint_in(run, "SigCgt"))
    ends_when_told(run, signal.SIGINT, 130)


def test_pipes_are_read_to_their_end(dhg, tmp_path):
    script, config = tmp_path / "script", tmp_path / "config"
    os.mkfifo(script)
    os.mkfifo(config)
    writers = [
        threading.Thread(target=script.write_text, args=("print('hel' 'lo')\n",)),
        threading.Thread(target=config.write_text, args=("image: python\n",)),
    ]
    for writer in writers:
        writer.start()
    run = dhg("exec", "--vm", "--config", config, script)
    for writer in writers:
        writer.join()
    assert (run.code, run.out) == (0, "hello\n"), run.err
    done = subprocess.run(
        ["bash", "-c", '"$0" exec --vm <(echo "print(6 * 7)")', BINARY],
        env=dhg.env, capture_output=True, timeout=60,
    )
    assert done.stdout == b"42\n"


@contextlib.contextmanager
def locked(dhg, mode):
    """Somebody holds the lock of the python snapshot."""
    (dhg.cache / "locks").mkdir(mode=0o700, exist_ok=True)
    with open(dhg.cache / "locks" / f"{PYTHON}.lock", "w") as lock:
        fcntl.flock(lock, mode)
        yield


@pytest.mark.parametrize("options, number, code", ENDINGS)
def test_a_snapshot_that_is_locked(dhg, options, number, code):
    with locked(dhg, fcntl.LOCK_EX):
        run = dhg.start("exec", "--vm", *options, "-c", "print(1)")
        if number is not None:
            assert wait_until(lambda: waits_for_a_lock(run))
        ends_when_told(run, number, code)


def waits_for_a_lock(run):
    waiting = [l.split() for l in open("/proc/locks") if "->" in l]
    return any(str(run.pid) in line for line in waiting)


def test_a_prepare_that_waits_for_a_lock(dhg):
    with locked(dhg, fcntl.LOCK_EX):
        run = dhg.start("vm", "prepare", "--image", "python")
        assert wait_until(lambda: waits_for_a_lock(run))
        ends_when_told(run, signal.SIGINT, 130)


COMPRESSED = ("--set", "page_source=compressed", "--set", "page_server.plugin=eager")


def begun_copies(dhg):
    return list((dhg.cache / "staging").glob("*/memory.zst"))


def test_a_compressed_copy_that_is_broken_off(copied):
    dhg, snapshot = copied
    run = dhg.start("exec", "--vm", *COMPRESSED, "-c", "import time; time.sleep(60)")
    assert wait_until(lambda: begun_copies(dhg))
    ends_when_told(run, signal.SIGINT, 130)
    assert not begun_copies(dhg)
    run = dhg.start("exec", "--vm", *COMPRESSED, "-c", "import time; time.sleep(60)")
    if not (snapshot / "memory.zst").exists():
        assert wait_until(lambda: begun_copies(dhg) or (snapshot / "memory.zst").exists())
    run.kill()
    run.communicate()
    # What the killed one left goes with the next run.
    assert dhg.exec("print('hello')").out == "hello\n"
    assert not list((dhg.cache / "staging").iterdir())
    assert not list(snapshot.glob("memory.zst.*"))


def test_a_compressed_copy_that_is_damaged(copied):
    dhg, snapshot = copied
    made = dhg.exec("print('hello')", *COMPRESSED)
    assert (made.code, made.out) == (0, "hello\n")
    assert "was made first" in made.err
    assert "its compressed copy" in dhg("vm", "status").out
    copy = snapshot / "memory.zst"
    [listed] = dhg("vm", "status", "--json").json()["snapshots"]
    assert listed["compressed_bytes"] > 0.9 * copy.stat().st_size
    with open(copy, "r+b") as file:
        file.seek(-copy.stat().st_size // 2, os.SEEK_END)
        file.write(os.urandom(4096))
    hit = dhg.exec("print('hello')", *COMPRESSED)
    assert (hit.code, hit.out) == (0, "hello\n")
    assert "damaged" in hit.err
    again = dhg.exec("print('hello')", *COMPRESSED)
    assert "was made first" in again.err and "damaged" not in again.err
    assert dhg.exec("print('hello')", *COMPRESSED).err == ""


def test_a_reader_that_does_not_read(dhg):
    """The end of a run, too, can be interrupted: nobody takes what it prints."""
    run = dhg.start("exec", "--vm", "--json", "-c", "print('x' * 1_000_000)")
    assert wait_until(lambda: in_the_pipe(run) > 60_000)  # it is full
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    assert run.wait(PROMPT) == 143
    assert time.monotonic() - began < PROMPT
    run.stdout.close()
    run.stderr.close()


def in_the_pipe(run):
    waiting = bytearray(4)
    fcntl.ioctl(run.stdout, 0x541B, waiting)  # FIONREAD
    return int.from_bytes(waiting, "little")


def test_a_publication_that_is_broken_off(copied):
    """All that a snapshot is made of is there, and somebody still uses the old one."""
    dhg, snapshot = copied
    before = (snapshot / "manifest.json").read_text()
    with locked(dhg, fcntl.LOCK_SH):
        run = dhg.start("vm", "prepare", "--image", "python", "--force")
        assert wait_until(lambda: waits_for_a_lock(run), 300)  # it boots a guest first
        err = ends_when_told(run, signal.SIGINT, 130)
    assert "interrupted; partial work was removed" in err
    assert (snapshot / "manifest.json").read_text() == before
    assert not list((dhg.cache / "staging").iterdir())
    assert dhg.exec("print('hello')").out == "hello\n"


# Where it is installed, and what the system allows.


@pytest.fixture
def moved(dhg, tmp_path):
    """The installation in a folder whose name has what LD_PRELOAD cannot take."""
    prefix = tmp_path / "a b:c"
    shutil.copytree(pathlib.Path(BINARY).parents[1], prefix, symlinks=True)

    def call(*arguments, **keywords):
        began = time.monotonic()
        done = subprocess.run(
            [prefix / "bin/dhg", "exec", "--vm", *arguments],
            env=dhg.env, capture_output=True, text=True, timeout=60, **keywords,
        )
        done.seconds = time.monotonic() - began
        return done

    call.prefix = prefix
    return call


@pytest.mark.parametrize("server", ["file", "eager", "lazy-4k"])
def test_a_prefix_with_a_blank_and_a_colon(moved, server):
    done = moved("--set", f"page_server.plugin={server}", "-c", "print('hello')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello\n", "")


def test_a_snapshot_made_from_such_a_prefix(moved, dhg, tmp_path):
    cache = tmp_path / "cache: d"
    cache.mkdir()
    conftest.copy_python_image(dhg.cache, cache)
    environment = {**dhg.env, "DHG_CACHE_DIR": str(cache)}
    made = subprocess.run([moved.prefix / "bin/dhg", "vm", "prepare", "--image", "python"],
                          env=environment, capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr
    run = subprocess.run([moved.prefix / "bin/dhg", "exec", "--vm", "-c", "print('hello')"],
                         env=environment, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "hello\n"), run.stderr


@pytest.mark.parametrize("server", ["file", "lazy-4k"])
def test_a_handoff_library_that_is_none(moved, server):
    library = moved.prefix / "lib/dhg/plugins/launchers/libdhg_handoff.so"
    library.write_bytes(b"no library")
    done = moved("--set", f"page_server.plugin={server}", "-c", "print(1)")
    assert done.returncode == 125
    assert done.seconds < PROMPT
    assert "libdhg_handoff.so' was not preloaded" in done.stderr
    assert "was not run" in done.stderr
    library.unlink()
    done = moved("-c", "print(1)")
    assert done.returncode == 125
    assert "handoff library" in done.stderr and "install dhg again" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a program set-user-ID")
@pytest.mark.parametrize("server", ["file", "lazy-4k"])
def test_a_qemu_that_refuses_to_preload(dhg, tmp_path, server):
    qemu = tmp_path / "qemu-system-x86_64"
    shutil.copy2(shutil.which("qemu-system-x86_64"), qemu)  # of the same size and time
    os.chown(qemu, 65534, 65534)
    qemu.chmod(0o755 | stat.S_ISUID)
    run = dhg.exec("print(1)", "--set", f"launcher.options.binary={qemu}",
                   "--set", f"page_server.plugin={server}")
    assert run.code == 125
    assert run.seconds < PROMPT
    assert "was not preloaded" in run.err and "set-user-ID" in run.err


def test_few_descriptors(dhg):
    def run(most):
        done = subprocess.run(
            [BINARY, "exec", "--vm", "-c", "print('hello')"],
            env=dhg.env, capture_output=True, text=True, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)),
        )
        return done.returncode, done.stdout, done.stderr

    for most in (256, 64):
        assert run(most) == (0, "hello\n", "")
    code, out, err = run(12)
    assert (code, out) == (125, "")
    assert "Too many open files" in err and "ulimit -n" in err
