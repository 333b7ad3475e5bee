"""The alarm that ends what does not return."""

import signal
import time

import pytest
from dhg_agent.limit import Limit


class Late(BaseException):
    pass


def test_it_raises_in_time():
    limit = Limit(0.05, Late, "too late")
    limit.begin()
    with pytest.raises(Late, match="too late"):
        time.sleep(5)
    limit.end()


def test_what_was_set_before_is_set_again():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        limit = Limit(30, Late, "too late")
        limit.begin()
        limit.end()
        limit.end()
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        assert 0 < left <= 0.3
        time.sleep(0.5)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_it_is_heard_where_the_alarm_is_blocked():
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        limit = Limit(0.05, Late, "too late")
        limit.begin()
        with pytest.raises(Late):
            time.sleep(5)
        limit.end()
        assert signal.SIGALRM in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
