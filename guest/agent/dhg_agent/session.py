"""Runs a program as Python would, and says how it ended."""

import ast
import atexit
import linecache
import sys
import threading
import traceback

from . import tables

# The program to run, and the channel that takes its outcome. Set before the
# executor is called; read back by run_user_code, which may run in a namespace that
# is not ours.
current = None


class Program:
    """A program, the channel's guest half that stores its outcome, and what is wanted in that."""

    def __init__(self, code, filename, channel, show_tables=False, table_meta=True):
        self.code = code
        self.filename = filename
        self.channel = channel
        self.show_tables = show_tables
        self.table_meta = table_meta


def run_user_code(namespace):
    """Runs the current program in `namespace` and stores its outcome.

    This is all that an executor has to call: in a fresh `__main__`, or in the scope
    of a server's script session.
    """
    program = current
    program.channel.store(execute(program, namespace))


def execute(program, namespace):
    """Runs the program and returns the outcome dictionary of the protocol."""
    code, filename = program.code, program.filename
    lines = code.splitlines(keepends=True)
    linecache.cache[filename] = (len(code), None, lines, filename)
    before = tables.assigned(namespace) if program.show_tables else None
    value = None
    outcome = {"outcome": "ok", "exit_code": 0, "result_repr": None, "error": None, "tables": []}
    outcome["is_expression"] = False
    try:
        value, outcome["is_expression"] = _evaluate(code, filename, namespace)
        if value is not None and not _is_shown_as_table(value, outcome, program):
            outcome["result_repr"] = repr(value)
    except SystemExit as exit_:
        outcome["outcome"] = "exit"
        outcome["exit_code"] = _exit_code(exit_)
    except BaseException as error:
        outcome["outcome"] = "exception"
        outcome["exit_code"] = 130 if isinstance(error, KeyboardInterrupt) else 1
        outcome["error"] = _report(error)
    _end_of_program()
    if program.show_tables:
        found = tables.changed(before, namespace)
        if _is_shown_as_table(value, outcome, program):
            found[tables.VALUE] = value
        outcome["tables"] = tables.describe(found, program.table_meta)
    return outcome


def _is_shown_as_table(value, outcome, program):
    return program.show_tables and outcome["is_expression"] and tables.is_table(value)


def _evaluate(code, filename, namespace):
    """Runs all statements.

    Returns the value of the last, if it is an expression, and whether it was the only one.
    """
    if code[:1].strip():
        # Most one-liners are an expression. Trees are built of many objects, and what
        # runs for the first time in a restored guest is slow.
        try:
            compiled = compile(code, filename, "eval", dont_inherit=True)
        except SyntaxError:
            pass
        else:
            return eval(compiled, namespace), True
    tree = ast.parse(code, filename)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    compiled = compile(tree, filename, "exec", dont_inherit=True)
    exec(compiled, namespace)
    if last is None:
        return None, False
    flags = compiled.co_flags & _FUTURES
    value = eval(compile(last, filename, "eval", flags, dont_inherit=True), namespace)
    return value, not tree.body


def _future_flags():
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


_FUTURES = _future_flags()


def _end_of_program():
    """What Python does when a program has run to its end."""
    others = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.current_thread() and not thread.daemon
    ]
    if others:
        # Pools end their workers in these; there is no public way to call them.
        for callback in reversed(getattr(threading, "_threading_atexits", [])):
            callback()
        for thread in others:
            thread.join()
    if atexit._ncallbacks():
        atexit._run_exitfuncs()


def _exit_code(exit_):
    code = exit_.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        print(code, file=sys.stderr)
    except Exception:  # no stderr left to say it on, or a str() that fails
        pass
    return 1


def _own_frames_removed(trace):
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _report(error):
    """Shows an exception as Python does, and describes it."""
    trace = _own_frames_removed(error.__traceback__)
    error.__traceback__ = trace
    try:
        text = "".join(traceback.format_exception(type(error), error, trace))
    except Exception as second:
        text = f"{type(error).__name__}: its traceback cannot be shown: {type(second).__name__}\n"
    try:
        if sys.excepthook is sys.__excepthook__:
            sys.stderr.write(text)
        else:
            sys.excepthook(type(error), error, trace)
    except Exception:  # the program closed stderr, or its hook fails
        pass
    try:
        message = str(error)
    except Exception:
        message = "<str() of the exception failed>"
    return {"type": type(error).__name__, "message": message, "traceback": text}
