"""Runs a program's text, in each of the ways in which `python3` is given one."""

import __future__
import ast
import ctypes
import os

from . import bottom

COMMAND, SCRIPT, STDIN = "command", "script", "stdin"

_FILE_INPUT = 257  # Py_file_input, <Python.h>
_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag

_libc = ctypes.CDLL(None, use_errno=True)
_libc.fdopen.restype = ctypes.c_void_p
_libc.clearerr.argtypes = (ctypes.c_void_p,)
_flush_all = _libc.fflush
_flush_all.argtypes = (ctypes.c_void_p,)
_stdin = ctypes.c_void_p.in_dll(_libc, "stdin")

# <bits/types/struct_FILE.h>: C's streams are in a list, of which a new one becomes the first;
# stderr, which has no buffer, was the last of the three that are always there. A stream
# begins with flags and the bounds of its buffer, which it gets when it is first used.
_FILE_BEGINS = 72
_newest_stream = ctypes.c_void_p.in_dll(_libc, "_IO_list_all")
_stderr = ctypes.c_void_p.in_dll(_libc, "stderr").value
_stdout = (ctypes.c_char * _FILE_BEGINS).from_address(
    ctypes.c_void_p.in_dll(_libc, "stdout").value
)
_stdout_unused = _stdout.raw
_run_file = ctypes.pythonapi.PyRun_FileExFlags
_run_file.restype = ctypes.py_object
_run_file.argtypes = (
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.py_object, ctypes.py_object,
    ctypes.c_int, ctypes.c_void_p,
)  # fmt: skip


def flush_c():
    """Has C's own streams write what they hold."""
    # Mostly there is none, which takes less to find out than a call by ctypes.
    if _newest_stream.value != _stderr or _stdout.raw != _stdout_unused:
        _flush_all(None)


def place(filename, code):
    """Puts a script where it lies on the host, for what looks into its file.

    Returns whether it is there. What is no place for a file (a pipe of the shell's, say)
    is left alone: the program runs all the same.
    """
    if filename.startswith(("/dev/", "/proc/", "/sys/")):
        return False
    try:
        os.makedirs(os.path.dirname(filename), exist_ok=True)
        fd = os.open(filename, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        with open(fd, "wb", buffering=0) as file:
            file.write(code)
    except OSError:
        return False
    return True


def _memory_file(code):
    fd = os.memfd_create("program")
    left = memoryview(code)
    while left:
        left = left[os.write(fd, left) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _run_as_file(program, namespace):
    """As python3 reads a file: by its own tokenizer, which knows encodings and says what is
    wrong with them."""
    fd = _memory_file(program.code)
    if program.kind == STDIN:
        os.dup2(fd, 0)  # read to its end, as the program will find it
        os.close(fd)
        _libc.clearerr(_stdin)
        stream, close = _stdin, 0
    else:
        stream, close = _libc.fdopen(fd, b"rb"), 1
    name = os.fsencode(program.filename)
    bottom.call(_run_file, stream, name, _FILE_INPUT, namespace, namespace, close, None)


def _text(program):
    """What compile() takes: `-c` has no encoding of its own, and Python ends its last line."""
    return program.code.decode() + "\n" if program.kind == COMMAND else program.code


def _compile(code, filename, mode):
    return compile(code, filename, mode, 0, True)  # 0, True: nothing of this module's


def _expression(program, text):
    """The whole program as an expression, compiled; None if it is none."""
    if not text[:1].strip() or (program.kind != COMMAND and not text.isascii()):
        return None
    try:
        return _compile(text, program.filename, "eval")
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def _one_print(text, filename):
    """A program that is one call of print(), compiled as an expression; None if it is none.

    The grammar of expressions is a small part of that of programs. Of escapes the compiler
    may warn, and of a program once.
    """
    if text[:6] != "print(" or text[-1:] != ")" or "\\" in text:
        return None
    try:
        return _compile(text, filename, "eval")
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def _last_apart(program, text):
    """The program compiled as two: its statements, and the expression that is the last.

    None if it does not end with one, or is no program: who compiles it whole says why.
    """
    try:
        tree = ast.parse(text, program.filename)
        if not tree.body or not isinstance(tree.body[-1], ast.Expr):
            return None
        last = ast.Expression(tree.body.pop().value)
        first = _compile(tree, program.filename, "exec")
        flags = first.co_flags & _FUTURES
        return first, compile(last, program.filename, "eval", flags, dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def run(program, namespace):
    """Runs it. Returns the value that was asked for, and whether the program is one expression.

    `program.value` says which: "none", that of a program that is one "expression", or of an
    expression that comes "last".
    """
    if program.value != "none":
        text = _text(program)
        if compiled := _expression(program, text):
            return bottom.call(eval, compiled, namespace), True
        if program.value == "last" and (parts := _last_apart(program, text)):
            bottom.call(exec, parts[0], namespace)
            return bottom.call(eval, parts[1], namespace), False
    if program.kind == COMMAND:
        text = program.code.decode()
        if printing := _one_print(text, program.filename):
            bottom.call(eval, printing, namespace)
        else:
            bottom.call(exec, _compile(text + "\n", program.filename, "exec"), namespace)
    else:
        _run_as_file(program, namespace)
    return None, False
