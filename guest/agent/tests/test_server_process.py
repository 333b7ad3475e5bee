"""Programs in a process that outlives them, for a server lives in it: as in one that ends."""

import ctypes
import subprocess
import sys
import textwrap

import pytest
from conftest import QUIESCE, STDERR, STDOUT, frame
from test_ending import comparable, cpython, ended

PROGRAMS = {
    "output that nobody takes": "import os\nprint('x', end='')\nos.close(1)",
    "a stream that cannot be flushed":
        "import sys\nclass Broken:\n    def write(self, text): pass\n"
        "    def flush(self): raise RuntimeError('no')\nsys.stdout = Broken()",
    "an audit hook that uses a name":
        "import sys\nseen = set()\nsys.addaudithook(lambda event, args: seen.add(event))\n"
        "open('/dev/null').close()\nprint('open' in seen)",
    "an audit hook that forbids what the agent does":
        "import sys\ndef hook(event, args):\n    if event.startswith('fcntl'): raise OverflowError\n"
        "sys.addaudithook(hook)",
    "its environment": "import os; print(sorted(os.environ.keys() & "
        "{'ARROW_DEFAULT_MEMORY_POOL', '_JAVA_SR_SIGNUM'}))",
    "its locale": "import locale; print(locale.setlocale(locale.LC_ALL))",
    "its signals": "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, []))",
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_cpython(deephaven_host, name):
    deephaven_host.setup(executor="deephaven")
    deephaven_host.run("import decimal\nx = decimal.getcontext()")  # a warm-up
    answer = deephaven_host.run(PROGRAMS[name], value="none", last=True)
    status, out, err = cpython(PROGRAMS[name])
    assert (ended(answer), answer.joined(STDOUT)) == (status, out)
    assert comparable(answer.joined(STDERR)) == comparable(err)


def test_a_coroutine_that_nobody_awaited(deephaven_host):
    deephaven_host.setup(executor="deephaven")
    answer = deephaven_host.run("async def f(): pass\nc = f()", last=True)
    assert answer.err.splitlines()[0] == "sys:1: RuntimeWarning: coroutine 'f' was never awaited"


def test_a_timer_that_still_runs(deephaven_host):
    # python3 may end by the signal itself, whose handler its own end takes away.
    deephaven_host.setup(executor="deephaven")
    code = (
        "import signal\ncount = 0\ndef tick(*_):\n    global count\n    count += 1\n"
        "signal.signal(signal.SIGALRM, tick)\nsignal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)"
    )
    answer = deephaven_host.run(code, value="none", last=True)
    assert (ended(answer), answer.err) == (0, "")


def test_a_daemon_that_uses_names_of_the_program(deephaven_host):
    deephaven_host.setup(executor="deephaven")
    code = (
        "import threading\nstep = 1\nclass A:\n    def __del__(self):\n"
        "        open('/dev/null').read()\na = [A() for _ in range(300)]\n"
        "def f():\n    x = 0\n    while True: x += step\n"
        "threading.Thread(target=f, daemon=True).start()"
    )
    answer = deephaven_host.run(code, value="none", last=True)
    assert (ended(answer), answer.out, answer.err) == (0, "", "")


def test_hooks_have_their_limit(deephaven_host):
    deephaven_host.setup(executor="deephaven")
    deephaven_host.run(
        "import sys, time; sys.modules['dhg_agent.hooks'].SECONDS = 0.2\n"
        "from snapshot_restore_py import register_before_snapshot\n"
        "@register_before_snapshot\ndef slow(): time.sleep(30)"
    )
    deephaven_host.send(frame(QUIESCE, b"{}"))
    assert "took longer than 0.2 s" in deephaven_host.answer().error


def test_signals_are_the_programs_own(deephaven_host):
    deephaven_host.setup(executor="deephaven")
    deephaven_host.run("import threading, time\n"
                       "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()")
    code = (
        "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\nprint(signal.sigpending())"
    )
    assert deephaven_host.run(code, last=True).out == "{<Signals.SIGUSR1: 10>}\n"


def test_a_warm_up_sets_no_context_for_the_program(deephaven_host):
    deephaven_host.setup(executor="deephaven", modules=["decimal"])
    deephaven_host.run("import decimal\nx = decimal.getcontext()")
    answer = deephaven_host.run("import contextvars; print([*contextvars.copy_context()])")
    assert answer.out == "[]\n"


# Another thread, which C runs, has the lock of the list of threads for a quarter of a second.
FORKED_MEANWHILE = """
import ctypes, os, sys
sys.path.insert(0, sys.argv[1])
from dhg_agent import forking
if sys.argv[2] == "install":
    assert forking.install()
class Event(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signal", ctypes.c_int), ("kind", ctypes.c_int),
                ("function", ctypes.c_void_p), ("rest", ctypes.c_char * 40)]
libc = ctypes.CDLL(None)
lock = forking._lock().value
SIGEV_THREAD, CLOCK_MONOTONIC, a_quarter = 2, 1, (ctypes.c_long * 4)(0, 0, 0, 250_000_000)
post = ctypes.cast(libc.sem_post, ctypes.c_void_p)
timer = ctypes.c_void_p()
event = Event(value=lock, kind=SIGEV_THREAD, function=post)
assert libc.timer_create(CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)) == 0
assert libc.sem_wait(ctypes.c_void_p(lock)) == 0
assert libc.timer_settime(timer, 0, a_quarter, None) == 0
if (child := os.fork()) == 0:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="it is of Python 3.11")
@pytest.mark.parametrize("how", ["install", "not"])
def test_a_fork_while_a_thread_enters_the_list_of_threads(how):
    script = textwrap.dedent(FORKED_MEANWHILE)
    folder = __file__.rpartition("/tests/")[0]
    with subprocess.Popen(["/usr/bin/python3", "-c", script, folder, how],
                          stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.communicate(timeout=3)[0] == "7\n"
            assert how == "install"
        except subprocess.TimeoutExpired:
            assert how == "not"  # what is mended
        finally:
            ctypes.CDLL(None).killpg(process.pid, 9)  # the child, too


# Threads want the interpreter's lock all the time, which a child has no threads to take from.
FORKED_AMONG_THREADS = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from dhg_agent import forking
assert forking.install()
sys.setswitchinterval(1e-6)
def spin():
    while True: pass
for _ in range(4): threading.Thread(target=spin, daemon=True).start()
for _ in range(50):
    if (child := os.fork()) == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print("done")
os._exit(0)
"""


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="it is of Python 3.11")
def test_forks_among_threads():
    folder = __file__.rpartition("/tests/")[0]
    done = subprocess.run(["/usr/bin/python3", "-c", FORKED_AMONG_THREADS, folder],
                          capture_output=True, text=True, timeout=60)
    assert done.stdout == "done\n", done.stderr
