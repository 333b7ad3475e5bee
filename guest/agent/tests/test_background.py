"""Threads whose work can wait."""

import os
import pathlib
import threading
import time

from dhg_agent import background


MAIN = pathlib.Path("/proc/self/comm").read_text().strip()


class Worker:
    """A thread with a name that the kernel knows, idle or busy."""

    def __init__(self, name):
        self.busy = False
        self.over = False
        self._known = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(name,), daemon=True)
        self._thread.start()
        self._known.wait()

    def _run(self, name):
        pathlib.Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(name)
        self.id = threading.get_native_id()
        self._known.set()
        while not self.over:
            if not self.busy:
                time.sleep(0.01)

    def policy(self):
        return os.sched_getscheduler(self.id)


def test_they_sink_and_rise_a_moment_after_a_run_begins(monkeypatch):
    monkeypatch.setattr(background, "RISE_SECONDS", 0.1)
    worker, other = Worker("C1 CompilerX"), Worker("VM Thread")
    threads = background.Threads(["VM Thread", MAIN])
    threads.rise_soon()  # nothing has sunk: nothing happens
    threads.sink()
    assert worker.policy() == os.SCHED_IDLE
    assert other.policy() == os.SCHED_OTHER
    threads.rise_soon()
    end = time.monotonic() + 10
    while worker.policy() == os.SCHED_IDLE and time.monotonic() < end:
        time.sleep(0.01)
    assert worker.policy() == os.SCHED_OTHER
    worker.over = other.over = True


def test_settle_waits_for_the_busy(monkeypatch):
    worker = Worker("C2 CompilerX")
    threads = background.Threads([MAIN])
    worker.busy = True
    monkeypatch.setattr(background, "SETTLE_LIMIT_SECONDS", 3)
    began = time.monotonic()
    threads.settle(("C2 Compiler",))
    assert time.monotonic() - began >= 2.9
    worker.busy = False
    monkeypatch.setattr(background, "SETTLE_LIMIT_SECONDS", 60)
    began = time.monotonic()
    threads.settle(("C2 Compiler",))
    assert time.monotonic() - began < 50
    worker.over = True


def test_threads_that_ended_are_no_error():
    worker = Worker("Sweeper")
    threads = background.Threads([MAIN])
    threads.sink()
    worker.over = True
    time.sleep(0.2)
    threads.rise_soon()
    threads.sink()
