"""Runs a program as Python would, and says how it ended."""

import os
import sys
import traceback

from . import ending, outcome_json, source, tables
from .limit import Limit

# The program to run, and the channel that takes its outcome. Set before the
# executor is called; read back by run_user_code, which may run in a namespace that
# is not ours.
current = None

CHANNEL_SECONDS = 120  # for a channel to store and load an outcome: 50 MiB take 30 without KVM
_LATE = f"it did not return within {CHANNEL_SECONDS} s"


class ChannelLate(BaseException):
    """A channel's guest half does not return. Not to be caught by what it catches."""


# Programs replace functions of modules, for tests or for good.
_pid_now, _tracer, _profiler = os.getpid, sys.gettrace, sys.getprofile
_own_folder = os.path.dirname(__file__) + os.sep


class Program:
    """A program, how it was given, and what is wanted of it.

    `code` is bytes, `kind` one of source.COMMAND, SCRIPT and STDIN. `value` says which value
    is wanted, see source.run. `channel` is the guest half that stores the outcome.
    `last`: no other follows in this process, which may then end with it if `may_exit`.
    `hold_updates`: tables do not tick meanwhile.
    """

    def __init__(self, code, filename, kind, channel, value="none", show_tables=False,
                 table_meta=True, hold_updates=False, last=False, may_exit=False):
        self.code = code
        self.filename = filename
        self.kind = kind
        self.channel = channel
        self.value = value
        self.show_tables = show_tables
        self.table_meta = table_meta
        self.hold_updates = hold_updates
        self.last = last
        self.may_exit = may_exit
        self.code_ended = None  # called then, if the executor wants it
        self.limit = Limit(CHANNEL_SECONDS, ChannelLate, _LATE)  # from store() on
        self.exits = False  # set at its end: the process's end is still to come
        self.exit_code = 0


class ChildEnds(BaseException):
    """A process that the program forked has come to the program's end."""

    def __init__(self, exit_code):
        super().__init__(exit_code)
        self.exit_code = exit_code


ends = ending.Ending()


def run_user_code(namespace):
    """Runs the current program in `namespace` and stores its outcome.

    This is all that an executor has to call: in a fresh `__main__`, or in the scope
    of a server's script session.
    """
    program = current
    outcome = execute(program, namespace)
    program.limit.begin()
    program.channel.store(outcome)


def execute(program, namespace):
    """Runs the program and returns the outcome dictionary of the protocol."""
    own_names = [*namespace]
    before = tables.assigned(namespace) if program.show_tables else None
    outcome = outcome_json.usual()
    process = _pid_now()
    value = None
    try:
        value, outcome["is_expression"] = source.run(program, namespace)
    except SystemExit as exit_:
        outcome["outcome"] = "exit"
        outcome["exit_code"] = _exit_code(exit_)
    except BaseException as error:
        _no_hooks()
        outcome["outcome"] = "exception"
        outcome["exit_code"] = 130 if type(error) is KeyboardInterrupt else 1
        outcome["error"] = _report(error, outcome)
    _no_hooks()
    if _pid_now() != process:
        raise ChildEnds(outcome["exit_code"])
    if program.code_ended is not None:
        program.code_ended()
    if value is not None:
        if program.show_tables and tables.is_table(value):
            outcome["is_table"] = True
        else:
            outcome["result_repr"] = _repr(value)
    leaves_something = program.last and not ends.is_plain()
    # What is left to do is done by the interpreter itself, on its way out.
    program.exits = program.may_exit and leaves_something
    if not program.exits:
        is_over = program.last and not leaves_something
        status = ending.flush() if is_over else ends.finish()
        outcome["exit_code"] = status or outcome["exit_code"]
    program.exit_code = outcome["exit_code"]
    if program.show_tables:
        found = tables.changed(before, namespace)
        if outcome.pop("is_table", False):
            found[tables.VALUE] = value
        outcome["tables"] = tables.describe(found, program.table_meta)
    if not program.exits:
        if leaves_something:
            ends.let_go(namespace, own_names)
        source.flush_c()
    return outcome


def _no_hooks():
    """A tracer or profiler of the program has no business in the agent."""
    if _tracer() is not None:
        sys.settrace(None)
    if _profiler() is not None:
        sys.setprofile(None)


def _repr(value):
    try:
        return repr(value)
    except BaseException as error:
        # The program has done what it should; that a value is shown is our doing.
        try:
            why = "".join(traceback.format_exception_only(type(error), error)).strip()[:500]
        except Exception:
            why = type(error).__name__
        return f"<{type(value).__name__}, whose repr() failed: {why}>"


def _exit_code(exit_):
    code = exit_.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(2**63) <= code < 2**63 else 255  # C's long, or -1
    try:
        sys.stdout.flush()
    except Exception:
        pass
    try:
        text = str(code)
    except Exception:
        text = ""
    _write(text + "\n")
    return 1


def _without_own_frames(trace):
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_own_folder):
        trace = trace.tb_next
    return trace


def _report(error, outcome):
    """Shows an exception as Python does, and describes it."""
    trace = _without_own_frames(error.__traceback__)
    error.__traceback__ = trace
    kind = type(error)
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    try:
        text = "".join(traceback.format_exception(kind, error, trace))
    except Exception as second:
        text = f"{kind.__name__}: its traceback cannot be shown: {type(second).__name__}\n"
    _show(kind, error, trace, outcome)
    try:
        message = str(error)
    except Exception:
        message = "<str() of the exception failed>"
    return {"type": kind.__name__, "message": message, "traceback": text}


def _show(kind, error, trace, outcome):
    hook = getattr(sys, "excepthook", None)
    if hook is None:
        _write("sys.excepthook is missing\n")
        hook = sys.__excepthook__
    try:
        hook(kind, error, trace)
    except SystemExit as exit_:
        outcome["exit_code"] = _exit_code(exit_)
    except BaseException as second:
        _write("Error in sys.excepthook:\n")
        second_trace = _without_own_frames(second.__traceback__)
        second.__context__ = None
        sys.__excepthook__(type(second), second.with_traceback(second_trace), second_trace)
        _write("\nOriginal exception was:\n")
        sys.__excepthook__(kind, error, trace)


def _write(text):
    try:
        sys.stderr.write(text)
    except Exception:
        pass
