"""A Deephaven server in this process, and programs in its script session."""

import contextlib
import importlib
import importlib.metadata
import os
import time

from . import (
    background, forking, formula_compiler, jit, own_signals, server_start, session, tables,
)  # fmt: skip
from .executor import fresh_main, introduce

# Threads whose work cannot wait, by the beginnings of the names that the kernel knows:
# Python's own, and those that a program waits for while its memory is collected.
_FOREGROUND = ("python3", "VM Thread", "GC Thread", "G1 ")
_COMPILERS = ("C1 Compiler", "C2 Compiler")


def _script_session():
    """The server's script session, as `run_script` of a client reaches it."""
    import jpy
    from deephaven.execution_context import get_exec_ctx

    scope = jpy.get_type("io.deephaven.engine.util.AbstractScriptSession$ScriptSessionQueryScope")
    return jpy.cast(get_exec_ctx().j_exec_ctx.getQueryScope(), scope).scriptSession()


@contextlib.contextmanager
def _updates_held():
    """No table changes by itself, as in a script of a client: see hold_updates."""
    from deephaven.execution_context import get_exec_ctx

    lock = get_exec_ctx().j_exec_ctx.getUpdateGraph().exclusiveLock()
    lock.lock()
    process = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == process:  # the JVM does not survive a fork
            lock.unlock()


class ScriptSessionExecutor:
    """Runs programs in the script session of a server that it starts.

    `jvm_args` are strings for the JVM, `modules` names of modules that people import
    first; `say` is told, in sentences, what was done.
    """

    # The server outlives every program.
    may_exit = False

    def __init__(self, jvm_args, modules, say):
        if not forking.install():
            say("os.fork() may hang in rare cases: this is another Python than it is known for")
        self._mask = own_signals.block()  # until the last program: what is made stays
        self._scope = fresh_main()  # the server takes what is `__main__` when it starts
        began = time.monotonic()
        server_start.start(jvm_args)
        in_phases = server_start.COMPILE_IN_WARM_UP in jvm_args
        self._compiler = jit.Phases() if in_phases else None
        self._session = _script_session()
        version = importlib.metadata.version("deephaven-server")
        say(f"deephaven-server {version}: started in {time.monotonic() - began:.1f} s")
        for name in modules:
            began = time.monotonic()
            importlib.import_module(name)
            say(f"module {name}: {time.monotonic() - began:.1f} s")
        # Only now: they need the JVM.
        from . import renew_jvm, server_watch

        try:
            formula_compiler.install()
        except Exception as error:  # formulas compile as ever
            say(f"formulas take longer at their first use: {str(error).splitlines()[0]}")

        self._generators = renew_jvm.Generators()
        self._update_errors = tables.update_errors = server_watch.UpdateErrors()
        server_watch.leave_last_words()
        self._own_names = frozenset(self._scope)
        self._background = background.Threads(_FOREGROUND)

    def begin(self):
        """A run begins: the JVM's own threads get their share again, a moment later."""
        self._background.rise_soon()

    def renew(self, seed):
        """A clone begins: the JVM's random numbers, from 32 random bytes."""
        self._generators.renew(seed)

    def run(self):
        """Runs session.current; returns when its outcome is stored.

        In the script session's scope and execution context, which this thread is in since
        the server started. The session is told of what changed, as after a script of a
        client; where nothing did, the JVM is left alone, for code of its that runs for the
        first time in a restored guest takes a good part of a short run.
        """
        program = session.current
        if program.last:
            own_signals.restore(self._mask)
        introduce(self._scope, program)
        before = dict(self._scope)
        if program.hold_updates:
            self._run_holding_updates(program)
        else:
            session.run_user_code(self._scope)
        if self._has_changed(before):
            self._session.observeScopeChanges()

    def _run_holding_updates(self, program):
        with contextlib.ExitStack() as held:
            held.enter_context(_updates_held())
            # For session: threads that the program has left, and which it waits for,
            # may wait for an update.
            program.code_ended = held.close
            session.run_user_code(self._scope)

    def _has_changed(self, before):
        if len(before) != len(self._scope):
            return True
        for name, value in self._scope.items():
            if before.get(name, before) is not value:
                return True
        return False

    def quiesce(self):
        """A snapshot follows: forgets what programs left, and has the JVM tidy up."""
        for name in self._scope.keys() - self._own_names:
            del self._scope[name]
        self._session.observeScopeChanges()
        self._update_errors.forget()
        import jpy

        system = jpy.get_type("java.lang.System")
        self._background.sink()
        # What the first collection finds unreachable, reference queues free after it.
        for _ in range(3):
            system.gc()
            system.runFinalization()
        self._background.settle(_COMPILERS)
        if self._compiler:
            self._compiler.late()

    def prepare_to_renew(self):
        """A snapshot follows at once."""
        self._generators.prepare()
