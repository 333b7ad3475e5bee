"""Hears of errors inside the server that no caller gets to see.

What listens is put together from methods of Java, and calls no Python: the thread that
meets the error might wait for ever for a program that does not let Python go.
"""

import jpy

# Why the server has shut itself down, if it has; empty otherwise. It ends the process
# with exit code 1, as programs do too.
LAST_WORDS = "/run/dhg-server-last-words"

_KEPT = 16  # errors; whoever wants to see more has seen enough


class _Handles:
    """Puts methods of Java together, to objects of an interface with one method."""

    def __init__(self):
        self._loader = jpy.get_type("java.lang.ClassLoader").getSystemClassLoader()
        self._all = jpy.get_type("java.lang.invoke.MethodHandles")
        self._type = jpy.get_type("java.lang.invoke.MethodType").methodType
        self._proxies = jpy.get_type("java.lang.invoke.MethodHandleProxies")
        self.void = jpy.get_type("java.lang.Void").TYPE
        self.boolean = jpy.get_type("java.lang.Boolean").TYPE
        self.string = self.named("java.lang.String")
        self.throwable = self.named("java.lang.Throwable")

    def named(self, name):
        return jpy.get_type("java.lang.Class").forName(name, True, self._loader)

    def method(self, kind, name, result, *parameters):
        signature = self._type(result, list(parameters))
        return self._all.publicLookup().findVirtual(self.named(kind), name, signature)

    def ignoring(self, method, position, *kinds):
        return self._all.dropArguments(method, position, list(kinds))

    def with_last(self, method, position, value):
        return self._all.insertArguments(method, position, [value])

    def as_type(self, method, result, *parameters):
        return method.asType(self._type(result, list(parameters)))

    def after(self, method, first):
        return self._all.foldArguments(method, first)

    def object(self, interface, method):
        return self._proxies.asInterfaceInstance(self.named(interface), method)


def leave_last_words(path=LAST_WORDS):
    """From now on a server that shuts itself down writes into the file why."""
    handles = _Handles()
    stream = jpy.get_type("java.io.PrintStream")(jpy.get_type("java.io.FileOutputStream")(path), True)
    say = handles.method("java.io.PrintStream", "println", handles.void, handles.string)
    trace = handles.method(
        "java.lang.Throwable", "printStackTrace", handles.void, handles.named("java.io.PrintStream")
    )
    # Of (description, error, whether it comes from an uncaught exception).
    say = handles.ignoring(say.bindTo(stream), 1, handles.throwable, handles.boolean)
    trace = handles.ignoring(handles.with_last(trace, 1, stream), 0, handles.string)
    trace = handles.ignoring(trace, 2, handles.boolean)
    listener = handles.object(
        "io.deephaven.util.process.FatalErrorReporter$Interceptor", handles.after(trace, say)
    )
    environment = jpy.get_type("io.deephaven.util.process.ProcessEnvironment")
    environment.getGlobalFatalErrorReporter().addInterceptor(listener)


class UpdateErrors:
    """The errors by which tables have failed while they were updated."""

    def __init__(self):
        handles = _Handles()
        self._queue = jpy.get_type("java.util.concurrent.ArrayBlockingQueue")(_KEPT)
        keep = handles.method(
            "java.util.Queue", "offer", handles.boolean, handles.named("java.lang.Object")
        )
        keep = handles.as_type(keep.bindTo(self._queue), handles.void, handles.throwable)
        reporter = "io.deephaven.engine.table.impl.UpdateErrorReporter"
        notifier = jpy.get_type("io.deephaven.engine.table.impl.util.AsyncClientErrorNotifier")
        before = notifier.setReporter(handles.object(reporter, keep))
        tell = handles.method(reporter, "reportUpdateError", handles.void, handles.throwable)
        both = handles.after(tell.bindTo(before), keep)
        notifier.setReporter(handles.object(reporter, both))

    def forget(self):
        self._queue.clear()

    def texts(self):
        """What they say, with what caused them, without the JVM's stacks."""
        return [_with_causes(error) for error in self._queue.toArray()]


def _with_causes(error):
    texts = []
    while error is not None and len(texts) < 10:
        texts.append(error.toString())
        error = error.getCause()
    return "; caused by ".join(texts)
