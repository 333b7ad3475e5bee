"""What Python does when a program has run to its end.

Where this process may end, it ends as `python3` does, by itself (`is_plain` says when nobody
could tell). Where it may not, because a server lives in it or another program follows, the
steps of Py_FinalizeEx that a program can notice are done here.
"""

import _signal
import atexit
import ctypes
import gc
import sys
import threading
import types

from . import bottom

# Instances of these do nothing when they die, but to let go of what they hold.
_PLAIN = frozenset(
    (
        dict, list, tuple, set, frozenset, type, types.FunctionType, types.CellType,
        types.BuiltinFunctionType, types.MethodType, types.ModuleType, types.FrameType,
        types.TracebackType, types.MethodWrapperType, types.WrapperDescriptorType,
        types.MethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType,
        staticmethod, classmethod, property, types.MappingProxyType,
        ctypes.c_void_p,  # bottom makes one at the first program
    )
)  # fmt: skip
_LAST_EXCEPTION = ("last_type", "last_value", "last_traceback")
_FOREVER = 1e6  # seconds
_MANY = 20_000  # objects; to look at more takes longer than to end properly

# What these callbacks close for good, and a program of a warm-up must not.
_POOLS = {
    "concurrent.futures.thread": ("_shutdown", False),
    "concurrent.futures.process": ("_global_shutdown", False),
}

_SIGNALS = range(1, _signal.NSIG)
_TIMERS = (_signal.ITIMER_REAL, _signal.ITIMER_VIRTUAL, _signal.ITIMER_PROF)

_others_of = threading.enumerate
_running, _starting = threading._active, threading._limbo  # what it looks at
_callbacks_now, _run_callbacks = atexit._ncallbacks, atexit._run_exitfuncs
_objects = gc.get_objects
_handler_of, _handle, _set_timer = _signal.getsignal, _signal.signal, _signal.setitimer
_delete = dict.__delitem__


def _is_modules_own(function):
    module = getattr(function, "__module__", None) or "__main__"
    return module not in ("__main__", "builtins")


class Ending:
    """Ends programs in one process, one after the other.

    Modules register exit hooks when they are loaded, which may be in a warm-up: these are
    for the end of the last program. They are kept apart until then, for they close for good.
    """

    def __init__(self):
        self._kept = []
        self._registered = 0  # as many of them are, for the last program
        self._is_last = False
        self._register = atexit.register
        atexit.register = self._note
        self._add_audit_hook, self._is_audited = sys.addaudithook, False
        sys.addaudithook = self._note_audit
        self.settle()

    def _note(self, function, /, *args, **kwargs):
        if not _is_modules_own(function):
            return self._register(function, *args, **kwargs)
        self._kept.append((function, args, kwargs))
        return function

    def _note_audit(self, hook, /):
        self._is_audited = True
        self._add_audit_hook(hook)

    def settle(self):
        """What runs now, and what modules have registered, is no program's: it stays."""
        atexit._clear()
        self._hooks = self._registered = 0
        self._threads = frozenset(_others_of())
        self._threading_hooks = len(_hooks_of_threading())
        self._running = dict(_running)
        self._handlers = _handlers_now()

    def another(self):
        """The next program is not the last: what modules have registered is not for it."""
        for function, _, _ in self._kept[: self._registered]:
            atexit.unregister(function)
        self._registered = 0

    def expect_last(self):
        """The next program is probably the last: what it would have to wait for is done now."""
        for function, args, kwargs in self._kept[self._registered :]:
            self._register(function, *args, **kwargs)
        self._registered = len(self._kept)

    def last(self):
        """The next program is the last: it finds everything as it is everywhere."""
        if self._registered < len(self._kept):
            self.expect_last()
        self._is_last = True
        atexit.register = self._register
        self._hooks = _callbacks_now()
        # What is there is not the program's. Its namespace is still to be made: what lies in
        # a frozen one is never collected.
        gc.freeze()

    def is_plain(self):
        """Whether nothing is left of the program that would do something at its end."""
        if _callbacks_now() != self._hooks or not self._has_no_threads():
            return False
        if _handlers_now() != self._handlers:
            return False
        objects = _objects()
        if len(objects) >= _MANY:
            return False
        for each in objects:
            if type(each) not in _PLAIN:
                return False
        return True

    def _has_no_threads(self):
        # To ask threading takes a lock and makes lists, which is more to run.
        if _running == self._running and not _starting:
            return True
        return self._threads.issuperset(_others_of())

    def finish(self):
        """Waits for threads, runs exit hooks, writes what is buffered.

        Returns 120 if output could not be written, as Python does, else 0.
        """
        try:
            self._end_threads()
        except BaseException as error:  # a signal's handler raised it
            _ignore(error, threading)
        if not self.is_plain() and _callbacks_now():
            _run_callbacks()
        self._end_signals()
        return flush()

    def let_go(self, namespace, own_names):
        """Lets the program's objects die: all that it has added to `namespace`.

        First what was made of its classes, which still finds all names then; at last its
        classes, functions and modules. All of it stays if the program audits: its hooks hear
        of the agent's steps too, and need their names.
        """
        if self._is_audited:
            return
        if not self._has_no_threads():
            # Daemons, which an interpreter that ends does not let run any more.
            sys.setswitchinterval(_FOREVER)
            threading.excepthook = _say_nothing
        names = [name for name in namespace if name not in own_names]
        for name in _LAST_EXCEPTION:
            setattr(sys, name, None)  # its frames hold what they worked with
        for is_next in (_is_instance, _is_container, bool):
            for name in names:
                if name in namespace and (is_next is bool or is_next(namespace[name])):
                    bottom.call(_delete, namespace, name)
            bottom.call(gc.collect)
        flush(tells=False)  # it did

    def _end_signals(self):
        """What is still to come finds nobody, as when the interpreter has ended."""
        handlers = _handlers_now()
        if handlers == self._handlers:
            return
        for timer in _TIMERS:
            _set_timer(timer, 0)
        for number, now, before in zip(_SIGNALS, handlers, self._handlers):
            if now is not before:
                _handle(number, _signal.SIG_IGN if self._is_last else before)

    def _end_threads(self):
        others = self._threads_of_program()
        hooks = _hooks_of_threading()
        if not others and len(hooks) == self._threading_hooks:
            return
        # Pools end their workers in these; there is no public way to call them.
        for callback in reversed(hooks):
            callback()
        if self._is_last:
            # Whoever waits for the main thread goes on now, as in threading._shutdown.
            main = threading.main_thread()
            main._tstate_lock.release()
            main._stop()
        while others:
            for thread in others:
                thread.join()
            others = self._threads_of_program()  # those that they have started
        for module in _POOLS:
            if module in sys.modules:
                setattr(sys.modules[module], *_POOLS[module])

    def _threads_of_program(self):
        return [t for t in _others_of() if t not in self._threads and not t.daemon]


def _handlers_now():
    return [*map(_handler_of, _SIGNALS)]


def _hooks_of_threading():
    return getattr(threading, "_threading_atexits", [])


def _say_nothing(arguments):
    """In place of threading.excepthook."""


def flush(tells=True):
    """Writes what Python's streams hold. Returns 120 if that failed, else 0."""
    status = 0
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name, None)  # a program may have deleted it
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except Exception as error:
            status = 120
            if tells and name == "stdout":
                _ignore(error, stream)
    return status


class _Fails:
    def __del__(self):
        raise ValueError


def _unraisable_arguments():
    """The type of what sys.unraisablehook is called with, which has no name."""
    found = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda arguments: found.append(type(arguments))
    _Fails()
    sys.unraisablehook = hook
    return found[0]


_Unraisable = _unraisable_arguments()


def _ignore(error, source):
    """Says, as Python does, that `error` of `source` does not matter any more."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        sys.unraisablehook(_Unraisable((type(error), error, trace, None, source)))
    except Exception:  # the program has put another there
        pass


def _is_container(value):
    return type(value) in (list, dict, tuple, set, frozenset)


def _is_instance(value):
    return type(value) not in _PLAIN
