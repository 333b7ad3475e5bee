"""A time limit for code that is not the agent's, in the main thread, by an alarm."""

import _signal

# Programs replace functions of `signal`, for tests or for good.
_handle, _mask, _set_timer = _signal.signal, _signal.pthread_sigmask, _signal.setitimer
_ALARM = {_signal.SIGALRM}


class Limit:
    """Between begin() and end(), `kind(text)` is raised once `seconds` have passed.

    What was set of the alarm before is set again at the end. Ends what Python runs, or waits
    in; not what hangs in C.
    """

    def __init__(self, seconds, kind, text):
        self._seconds = seconds
        self._error = kind, text
        self._before = None

    def begin(self):
        handler = _handle(_signal.SIGALRM, self._raise)
        mask = _mask(_signal.SIG_UNBLOCK, _ALARM)  # see own_signals
        self._before = handler, mask, _set_timer(_signal.ITIMER_REAL, self._seconds)

    def end(self):
        """Does nothing if it has not begun."""
        if self._before is None:
            return
        handler, mask, (left, interval) = self._before
        self._before = None
        _set_timer(_signal.ITIMER_REAL, 0)
        _mask(_signal.SIG_SETMASK, mask)
        _handle(_signal.SIGALRM, handler)
        if left:
            _set_timer(_signal.ITIMER_REAL, left, interval)

    def _raise(self, *_):
        kind, text = self._error
        raise kind(text)
