"""Describes the Deephaven tables that a program assigns, by their first rows."""

import contextlib
import functools
import os
import queue
import sys
import threading
import time

ROWS = 10
# For all tables of a run. Reading a table may run the user's own formulas, which may
# never end.
SECONDS = 20
PREVIEW_CHARACTERS = 64 * 1024
VALUE = "_"  # what the value of an expression is called, as in an interactive session


def is_table(value):
    """Whether this is a Deephaven table. False at once where Deephaven is not loaded."""
    kind = getattr(sys.modules.get("deephaven.table"), "Table", None)
    return isinstance(kind, type) and issubclass(type(value), kind)


def assigned(namespace):
    """The tables in `namespace` that are shown, by their names."""
    if "deephaven.table" not in sys.modules:
        return {}
    return {
        name: value
        for name, value in list(namespace.items())
        if is_table(value) and type(name) is str and not name.startswith("_")
    }


def changed(before, namespace):
    """What `assigned` would say now, without what it has said before the run."""
    return {
        name: table
        for name, table in assigned(namespace).items()
        if before.get(name) is not table
    }


def describe(tables, with_meta):
    """The outcome's `tables`, for tables by their names. Never raises, always ends."""
    if _in_child:
        return []
    end = time.monotonic() + SECONDS
    late = None
    result = []
    for name, table in tables.items():
        info = _nothing_known(name)
        if late is not None:
            info["not_shown_why"] = f"reading table '{late}' took longer than {SECONDS} s"
        elif not _fill_until(end, info, table, with_meta):
            late = name
            # A copy of what is known so far: who was reading may yet go on.
            info = dict(info, columns=list(info["columns"]), preview=None)
            info["not_shown_why"] = f"reading it took longer than {SECONDS} s"
        result.append(info)
    return result


def _nothing_known(name):
    return {
        "name": name,
        "row_count": None,
        "is_refreshing": None,
        "columns": [],
        "preview": None,
        "not_shown_why": None,
    }


class _Reader:
    """A thread that reads tables: one that cannot be read holds up nobody else.

    It is made once and kept, across a snapshot too. Another takes its place when it
    hangs.
    """

    def __init__(self):
        from deephaven.execution_context import get_exec_ctx

        self._context = get_exec_ctx().j_exec_ctx
        self._requests = queue.SimpleQueue()
        self._answers = queue.SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def fill(self, seconds, *request):
        """Has _fill done with `request`; False if that takes too long."""
        self._requests.put(request)
        try:
            return self._answers.get(timeout=max(seconds, 0))
        except queue.Empty:
            return False

    def _serve(self):
        opened = self._context.open()  # the thread's own, for operations on tables
        while request := self._requests.get():
            _fill(*request)
            self._answers.put(True)
        opened.close()

    def leave(self):
        """Lets the thread end, if it ever comes back."""
        self._requests.put(None)


_reader = None
_in_child = False


def _forked():
    global _in_child
    _in_child = True  # the JVM does not survive a fork


os.register_at_fork(after_in_child=_forked)


def _fill_until(end, info, table, with_meta):
    global _reader
    try:
        graph = table.j_table.getUpdateGraph() if table.j_table.isRefreshing() else None
        with _updates_held_off(graph, end):
            _reader = _reader or _Reader()
            if _reader.fill(end - time.monotonic(), info, table, graph, with_meta):
                return True
    except TimeoutError:
        return False
    except Exception as error:
        info["not_shown_why"] = _reason(error)
        return True
    _reader.leave()
    _reader = None
    return False


@contextlib.contextmanager
def _updates_held_off(graph, end):
    """Keeps a table of `graph` as it is, for whichever thread reads it.

    The lock is taken here, not by the reader: this thread may have the exclusive one
    already, as programs in the server's script session do.
    """
    if graph is None:
        yield
        return
    lock = graph.sharedLock()
    milliseconds = max(int((end - time.monotonic()) * 1000), 0)
    if not lock.tryLock(milliseconds, _java("java.util.concurrent.TimeUnit").MILLISECONDS):
        raise TimeoutError
    try:
        yield
    finally:
        lock.unlock()


def _fill(info, table, graph, with_meta):
    reasons = []
    if graph is not None:
        graph.setSerialTableOperationsSafe(True)  # who asks us holds the lock
    for step in (_add_meta, _add_preview) if with_meta else (_add_preview,):
        try:
            step(info, table.j_table)
        except BaseException as error:  # of the user's formulas too
            reasons.append(_reason(error))
    if reasons:
        info["not_shown_why"] = "; ".join(reasons)


def _add_meta(info, table):
    definition = table.getDefinition()
    names = list(definition.getColumnNamesArray())
    types = definition.getColumnTypesArray()
    # One call for all: each is a step into the JVM and back.
    for name, kind in zip(names, _java("java.util.Arrays").toString(types)[1:-1].split(", ")):
        info["columns"].append({"name": name, "type": _type_name(kind)})
    info["is_refreshing"] = table.isRefreshing()
    # A blink table has rows for a moment only: a count of them says nothing.
    tools = "io.deephaven.engine.table.impl.BlinkTableTools"
    if not (info["is_refreshing"] and _java(tools).isBlink(table)):
        info["row_count"] = table.size()


def _add_preview(info, table):
    text = _java("io.deephaven.engine.util.TableTools").string(table, ROWS)
    if len(text) > PREVIEW_CHARACTERS:
        info["not_shown_why"] = f"the rest of these rows, which have {len(text)} characters"
        text = text[:PREVIEW_CHARACTERS] + "\n"
    info["preview"] = text


_PRIMITIVES = {"Z": "boolean", "B": "byte", "C": "char", "S": "short", "I": "int",
               "J": "long", "F": "float", "D": "double"}  # fmt: skip


def _type_name(text):
    """A class as Java writes it in a program; `text` is what Class.toString() says."""
    name = text.removeprefix("class ").removeprefix("interface ")
    dimensions = len(name) - len(name.lstrip("["))
    if dimensions:
        name = name[dimensions:]
        name = name[1:].rstrip(";") if name.startswith("L") else _PRIMITIVES.get(name, name)
    return name + "[]" * dimensions


def _reason(error):
    """What an exception says, without the JVM's stack that it may bring."""
    try:
        lines = str(error).splitlines()
    except Exception:
        lines = []
    text = " ".join(line.strip() for line in lines if not line.startswith("\t"))
    return (text or type(error).__name__)[:500]


@functools.cache
def _java(name):
    import jpy

    return jpy.get_type(name)
