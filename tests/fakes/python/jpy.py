"""As much of jpy, and of Deephaven's Java behind it, as the guest's Python uses.

The tables hold columns of Python values; what is not modelled fails with
AttributeError or KeyError rather than answering something.
"""

import threading
import types


class JTable:
    """io.deephaven.engine.table.Table: `columns` is [(name, Class.toString(), values)]."""

    def __init__(self, columns, graph=None, blink=False, failed=False):
        self.columns = columns
        self.graph = graph
        self.blink = blink
        self.failed = failed

    def isFailed(self):
        return self.failed

    def isRefreshing(self):
        return self.graph is not None

    def getUpdateGraph(self):
        return self.graph

    def size(self):
        return len(self.columns[0][2]) if self.columns else 0

    def getDefinition(self):
        names = [name for name, _, _ in self.columns]
        types_ = [kind for _, kind, _ in self.columns]
        return types.SimpleNamespace(
            getColumnNamesArray=lambda: names, getColumnTypesArray=lambda: types_
        )


class SharedLock:
    """An update graph's shared lock; `owner_is_busy` plays a cycle that does not end."""

    def __init__(self):
        self.owner_is_busy = False
        self.held = 0

    def tryLock(self, time, unit):
        assert unit == "milliseconds"
        if self.owner_is_busy:
            threading.Event().wait(time / 1000)
            return False
        self.held += 1
        return True

    def unlock(self):
        self.held -= 1


class UpdateGraph:
    def __init__(self):
        self.lock = SharedLock()

    def sharedLock(self):
        return self.lock

    def setSerialTableOperationsSafe(self, safe):
        assert safe and self.lock.held


class _TableTools:
    @staticmethod
    def string(table, rows):
        """Cells may be callables: the user's formulas, run by whoever reads them."""
        lines = ["|".join(f"{name:>10}" for name, _, _ in table.columns)]
        for row in range(min(rows, table.size())):
            cells = [values[row] for _, _, values in table.columns]
            lines.append("|".join(f"{cell() if callable(cell) else cell:>10}" for cell in cells))
        return "\n".join(lines) + "\n"

    @staticmethod
    def stringCol(name, values):
        if not all(isinstance(value, str) for value in values):
            raise TypeError("a String[] is wanted")
        return name, "class java.lang.String", list(values)

    @staticmethod
    def newTable(*columns):
        return JTable(list(columns))


class _Arrays:
    @staticmethod
    def toString(values):
        return "[" + ", ".join(values) + "]"


class _BlinkTableTools:
    @staticmethod
    def isBlink(table):
        return table.blink


_TYPES = {
    "io.deephaven.engine.util.TableTools": _TableTools,
    "io.deephaven.engine.table.impl.BlinkTableTools": _BlinkTableTools,
    "java.util.Arrays": _Arrays,
    "java.util.concurrent.TimeUnit": types.SimpleNamespace(MILLISECONDS="milliseconds"),
}


def get_type(name):
    return _TYPES[name]
