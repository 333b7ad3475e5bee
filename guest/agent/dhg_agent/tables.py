"""Describes the Deephaven tables that a program assigns, by their first rows.

What is a table to its user, and not to Deephaven, is named.
"""

import contextlib
import functools
import itertools
import os
import queue
import sys
import threading
import time

from . import preview

ROWS = 10
# For all tables of a run. Reading a table may run the user's own formulas, which may
# never end.
SECONDS = 20
PREVIEW_CHARACTERS = 64 * 1024
VALUE = "_"  # what the value of an expression is called, as in an interactive session

# The server's errors, a server_watch.UpdateErrors, where there is a server.
update_errors = None

_ELEMENTS = 20  # of a list and the like that are looked at: a table is among the first
_REASON_CHARACTERS = 500

# Classes that are named only: by module, since they need not be loaded.
_NAMED = {
    ("deephaven.table", "PartitionedTable"): "a partitioned table",
    ("deephaven.table", "PartitionedTableProxy"): "a proxy of a partitioned table",
    ("deephaven.table", "RollupTable"): "a rollup table",
    ("deephaven.table", "TreeTable"): "a tree table",
    ("deephaven.table", "MultiJoinTable"): "a multi-join table",
    ("deephaven.plot.figure", "Figure"): "a figure",
    ("pandas", "DataFrame"): "a pandas DataFrame",
    ("pandas.core.frame", "DataFrame"): "a pandas DataFrame",
}
_COLLECTIONS = {list: "a list", tuple: "a tuple", dict: "a dict"}


def is_table(value):
    """Whether this is a Deephaven table. False at once where Deephaven is not loaded."""
    kind = getattr(sys.modules.get("deephaven.table"), "Table", None)
    return isinstance(kind, type) and issubclass(type(value), kind)


def what_else(value):
    """What a value is that is named without being shown, in words; None for all others."""
    kind = type(value)
    if kind in _COLLECTIONS:
        try:
            items = value.values() if kind is dict else value
            first = list(itertools.islice(items, _ELEMENTS))
        except RuntimeError:  # another thread is changing it
            return None
        holds = any(is_table(item) or _named_kind(type(item)) for item in first)
        return f"{_COLLECTIONS[kind]} with tables in it" if holds else None
    return _named_kind(kind)


@functools.cache
def _named_kind(kind):
    for each in kind.__mro__:
        text = _NAMED.get((each.__module__, each.__qualname__))
        if text:
            return text
    return None


def assigned(namespace):
    """The values in `namespace` that are shown or named, by their names."""
    if "deephaven.table" not in sys.modules:
        return {}
    return {
        name: value
        for name, value in list(namespace.items())
        if type(name) is str
        and not name.startswith("_")
        and (is_table(value) or what_else(value))
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
    if _in_child or not tables:
        return []
    end = time.monotonic() + SECONDS
    late = None
    result = []
    for name, table in tables.items():
        info = _nothing_known(name)
        if not is_table(table):
            info["not_shown_why"] = f"it is {what_else(table) or 'no table any more'}"
        elif late is not None:
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
    failed = False
    if graph is not None:
        graph.setSerialTableOperationsSafe(True)  # who asks us holds the lock
        failed = table.j_table.isFailed()
    if failed:
        # Its rows are those of some moment in the midst of the update that failed.
        if with_meta:
            _add_definition(info, table.j_table)
        info["not_shown_why"] = _why_failed()
        return
    for step in (_add_meta, _add_preview) if with_meta else (_add_preview,):
        try:
            step(info, table.j_table)
        except BaseException as error:  # of the user's formulas too
            reasons.append(_reason(error))
    if reasons:
        info["not_shown_why"] = "; ".join(reasons)


def _why_failed():
    errors = update_errors.texts() if update_errors is not None else []
    # Which of them is this table's, the server does not say.
    why = "; or ".join(_shortened(_one_line(text)) for text in errors[:3])
    return f"the table has failed: {why}" if why else "the table has failed"


def _add_meta(info, table):
    _add_definition(info, table)
    # A blink table has rows for a moment only: a count of them says nothing.
    tools = "io.deephaven.engine.table.impl.BlinkTableTools"
    if not (info["is_refreshing"] and _java(tools).isBlink(table)):
        info["row_count"] = table.size()


def _add_definition(info, table):
    definition = table.getDefinition()
    names = list(definition.getColumnNamesArray())
    types = definition.getColumnTypesArray()
    # One call for all: each is a step into the JVM and back.
    for name, kind in zip(names, _java("java.util.Arrays").toString(types)[1:-1].split(", ")):
        info["columns"].append({"name": preview.text(name), "type": _type_name(kind)})
    info["is_refreshing"] = table.isRefreshing()


def _add_preview(info, table):
    text = _java("io.deephaven.engine.util.TableTools").string(table, ROWS)
    if len(text) > PREVIEW_CHARACTERS:
        info["not_shown_why"] = f"the rest of these rows, which have {len(text)} characters"
        text = text[:PREVIEW_CHARACTERS] + "\n"
    info["preview"] = preview.lined_up(text)


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
        text = _one_line(str(error))
    except Exception:
        text = ""
    return _shortened(text or type(error).__name__)


def _one_line(text):
    lines = preview.text(text).splitlines()
    return " ".join(line.strip() for line in lines if not line.startswith("\t"))


def _shortened(text):
    """A traceback's end says the most, a formula's beginning."""
    if len(text) <= _REASON_CHARACTERS:
        return text
    return f"{text[: _REASON_CHARACTERS // 2]} ... {text[-_REASON_CHARACTERS // 2 :]}"


@functools.cache
def _java(name):
    import jpy

    return jpy.get_type(name)
