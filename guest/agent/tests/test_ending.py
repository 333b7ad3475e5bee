"""The end of a program: what Python does then, done by the interpreter or by the agent."""

import re
import subprocess
import time

import pytest
from conftest import DONE, EXITED, INTERRUPT, QUIESCE, QUIESCED, STDERR, STDOUT, frame

PROGRAMS = {
    "an object that is closed when it dies":
        "import csv; w = csv.writer(open('/dev/stdout', 'w')); n = w.writerow([1, 2])",
    "a compressed stream": "import gzip, sys; f = gzip.GzipFile(fileobj=sys.stdout.buffer, "
        "mode='wb', mtime=0); n = f.write(b'hello')",
    "a finalizer": "class A:\n    def __del__(self): print('closed')\na = A()",
    "a finalizer that uses another name":
        "class A:\n    def __del__(self): print(B, help)\nB = 'b'\ndef help(): pass\nhelp = 1\na = A()",
    "finalizers in the order of their making":
        "class A:\n    def __init__(self, n): self.n = n\n"
        "    def __del__(self): print(self.n)\na = A(1)\nb = A(2)\nc = A(3)",
    "a generator that is not at its end":
        "def f():\n    try: yield\n    finally: print('over')\ng = f(); next(g)",
    "a cycle": "class A:\n    def __del__(self): print('cycle')\na = A(); a.a = a; del a",
    "C's own buffer": "import ctypes; n = ctypes.CDLL(None).printf(b'from C\\n')",
    "C's buffer of wide characters":
        "import ctypes; n = ctypes.CDLL(None).wprintf('from C\\n')",
    "a stream that C has opened":
        "import ctypes; c = ctypes.CDLL(None); c.fopen.restype = ctypes.c_void_p\n"
        "n = c.fputs(b'from C\\n', ctypes.c_void_p(c.fopen(b'/dev/stdout', b'w')))",
    "C's own buffer after one print": "print(__import__('ctypes').CDLL(None).printf(b'C\\n'))",
    "an exit hook": "import atexit; f = atexit.register(print, 'bye')",
    "exit hooks in reverse":
        "import atexit; f = atexit.register(print, 1); f = atexit.register(print, 2)",
    "an exit hook that fails":
        "import atexit\n@atexit.register\ndef f(): raise ValueError('hook')\nprint('x')",
    "logging that is kept back":
        "import logging, logging.handlers, sys\nlog = logging.getLogger('x')\n"
        "log.addHandler(logging.handlers.MemoryHandler(100, "
        "target=logging.StreamHandler(sys.stdout)))\nlog.warning('buffered')",
    "a weak reference's finalizer":
        "import weakref\nclass A: pass\na = A()\nf = weakref.finalize(a, print, 'finalized')",
    "a child that is joined at the end":
        "import multiprocessing as mp, time\n"
        "def f(): time.sleep(0.2); print('child', flush=True)\nmp.Process(target=f).start()\n"
        "print('parent', flush=True)",
    "a thread": "import threading, time\n"
        "t = threading.Thread(target=lambda: (time.sleep(0.2), print('thread')))\nt.start()",
    "a thread that fails": "import threading\nthreading.Thread(target=lambda: 1 / 0).start()",
    "after an exception":
        "class A:\n    def __del__(self): print('closed')\na = A()\nraise ValueError('x')",
    "an exit hook that exits": "import atexit, os; f = atexit.register(os._exit, 9)",
    "an exit code and a finalizer":
        "import sys\nclass A:\n    def __del__(self): print('closed')\na = A()\nsys.exit(3)",
    "a forked child that runs to its end":
        "import os\nclass A:\n    def __del__(self): print('closed', flush=True)\na = A()\n"
        "if os.fork(): w = os.wait()",
}  # fmt: skip


def cpython(code):
    done = subprocess.run(
        ["/usr/bin/python3", "-c", code], capture_output=True, timeout=20,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def ended(answer):
    """The exit code that a host makes of an answer."""
    return answer.status if EXITED in answer.kinds else answer.outcome["exit_code"]


def comparable(err):
    """Without what differs from process to process."""
    lines = err.decode().splitlines()
    return [re.sub("0x[0-9a-f]+", "0x", line) for line in lines if "Thread" not in line]


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_cpython(host, name):
    code = PROGRAMS[name]
    answer = host.run(code, value="none", last=True)
    status, out, err = cpython(code)
    assert (ended(answer), answer.joined(STDOUT)) == (status, out)
    assert comparable(answer.joined(STDERR)) == comparable(err)


@pytest.mark.parametrize(
    "name",
    ["logging that is kept back", "a weak reference's finalizer",
     "a child that is joined at the end"],
)
def test_hooks_of_modules_that_an_earlier_program_loaded(host, name):
    """As after a warm-up: a module is loaded once, and its hook is for the last program's end."""
    host.run("import logging.handlers, multiprocessing.util, weakref, concurrent.futures\n"
             "class A: pass\na = A(); f = weakref.finalize(a, id)")
    last = host.run(PROGRAMS[name], value="none", last=True)
    assert last.joined(STDOUT) == cpython(PROGRAMS[name])[1]


def test_hooks_of_modules_wait_for_the_last_program_also_after_a_snapshot(host):
    host.run("import logging.handlers, concurrent.futures")
    host.send(frame(QUIESCE, b"{}"))
    assert host.answer().kinds == [QUIESCED]
    pool = "import concurrent.futures as f; print(f.ThreadPoolExecutor(1).submit(int).result())"
    for _ in range(2):
        assert host.run(pool).out == "0\n"
    name = "logging that is kept back"
    last = host.run(PROGRAMS[name], value="none", last=True)
    assert last.joined(STDOUT) == cpython(PROGRAMS[name])[1]


@pytest.mark.parametrize("code", ["print('hello')", "x = 1\ny = [x]\ndef f(): pass", "import json"])
def test_programs_that_leave_nothing_need_no_end_of_the_process(host, code):
    answer = host.run(code, value="none", last=True)
    assert answer.kinds[-1] == DONE
    assert EXITED not in answer.kinds


def test_last_words(host):
    code = "import faulthandler, ctypes; faulthandler.enable(); ctypes.string_at(0)"
    answer = host.run(code)
    assert "Fatal Python error: Segmentation fault" in answer.err
    assert answer.status == -11


def test_a_program_that_another_takes_the_place_of(host):
    answer = host.run("import os; os.execvp('sh', ['sh', '-c', 'echo out; echo err >&2; exit 5'])")
    assert (answer.out, answer.err, answer.status) == ("out\n", "err\n", 5)


def test_a_library_that_prints_with_every_lock_held(host):
    code = "import ctypes; l = ctypes.PyDLL(None); n = l.printf(b'1' * 100000); n = l.fflush(None)"
    assert host.run(code).out == "1" * 100_000


def test_a_signal_handler_that_prints(host):
    code = """
import signal, sys, time
def handler(*_): print("tick", file=sys.stderr)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
end = time.monotonic() + 1
while time.monotonic() < end: print("x")
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    answer = host.run(code)
    assert answer.kinds[-1] == DONE
    assert "tick" in answer.err


def test_functions_that_the_program_replaced(host):
    code = (
        "import json, time, os\nfrom unittest import mock\n"
        "json.dumps = lambda *a, **k: b'x'\n"
        "mock.patch('time.monotonic_ns', side_effect=RuntimeError).start()\n"
        "mock.patch('os.write', side_effect=RuntimeError).start()\nprint('hi')"
    )
    answer = host.run(code, value="none", last=True)
    assert (answer.out, ended(answer)) == ("hi\n", 0)


def test_frames_below_the_program(host):
    code = "import sys, traceback\ntraceback.print_stack()\nprint(sys._getframe().f_back)"
    answer = host.run(code)
    assert answer.out == "None\n"
    assert len(answer.err.splitlines()) == 1


def interrupted(host, code, **members):
    host.send(host.request(code, **members))
    assert host.next() == (STDOUT, b"ready\n")
    host.send(frame(INTERRUPT))
    return host.answer()


def test_an_interrupt(host):
    code = "import time\ntry:\n    print('ready'); time.sleep(60)\nfinally: print('cleaned up')"
    answer = interrupted(host, code, last=True)
    assert answer.out == "cleaned up\n"
    assert answer.err.endswith("\nKeyboardInterrupt\n")
    assert ended(answer) == 130


def test_an_interrupt_that_wakes_nobody(host):
    # As one does that comes just before the program blocks: Python notes it, and sleeps.
    code = (
        "import signal, threading, time\n"
        "threading.Thread(target=time.sleep, args=(3,), daemon=True).start()\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
        "assert signal.getsignal(signal.SIGURG) is signal.SIG_DFL\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    began = time.monotonic()
    assert interrupted(host, code, last=True).err.endswith("\nKeyboardInterrupt\n")
    assert time.monotonic() - began < 10


def test_an_interrupt_that_the_program_takes(host):
    code = (
        "import time\ntry:\n    print('ready'); time.sleep(60)\n"
        "except KeyboardInterrupt: print('no')"
    )
    answer = interrupted(host, code)
    assert (answer.out, ended(answer)) == ("no\n", 0)


def test_an_interrupt_reaches_children(host):
    code = "import subprocess; print('ready'); print(subprocess.call(['sleep', '60']))"
    began = time.monotonic()
    interrupted(host, code)
    assert time.monotonic() - began < 15
