"""A Deephaven server in this process, and programs in its script session."""

import contextlib
import importlib
import importlib.metadata
import os
import sys
import time

from . import background, formula_compiler, jit, session, tables
from .executor import fresh_main, introduce

HOST = "127.0.0.1"
PORT = 10000

# Among the JVM arguments: those that deephaven-server itself recommends.
RECOMMENDED = "@deephaven"
# Likewise: methods are compiled as jit.py says.
COMPILE_IN_WARM_UP = "@compile-in-warm-up"

_PROPERTIES = [
    # Only this guest's own programs reach the port.
    "-DAuthHandlers=io.deephaven.auth.AnonymousAuthenticationHandler",
    # Clients that connect before the snapshot are known to it in clones of any age, as far
    # as the server lets that go: 24 days.
    "-Dhttp.session.durationMs=2147483647",
    # Statistics that nobody reads, gathered every second.
    "-Dstatsdriver.enabled=false",
]

# Threads whose work cannot wait, by the beginnings of the names that the kernel knows:
# Python's own, and those that a program waits for while its memory is collected.
_FOREGROUND = ("python3", "VM Thread", "GC Thread", "G1 ")
_COMPILERS = ("C1 Compiler", "C2 Compiler")


def _java_home():
    base = "/usr/lib/jvm"
    for name in sorted(os.listdir(base)):
        home = os.path.join(base, name)
        if os.path.exists(os.path.join(home, "lib/server/libjvm.so")):
            return home
    raise RuntimeError(f"there is no Java in {base}")


def _start_server(jvm_args):
    """Starts the server; it lives as long as this process."""
    os.environ.setdefault("JAVA_HOME", _java_home())
    # Arrow's default has a thread that wakes up to tidy, also just after a restore.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from deephaven_server import Server
    from deephaven_server.start_jvm import DEFAULT_JVM_ARGS

    # The recommended arguments choose a collector, and an empty list would mean them too.
    # What is no matter of tuning stays: signals are Python's, some code is not compiled.
    default_args = ["-Xrs", "-XX:+UnlockDiagnosticVMOptions", formula_compiler.JVM_ARGUMENT]
    default_args += [arg for arg in DEFAULT_JVM_ARGS if "CompilerDirectivesFile" in arg]
    if RECOMMENDED in jvm_args:
        default_args = [*DEFAULT_JVM_ARGS, formula_compiler.JVM_ARGUMENT]
    own = [arg for arg in jvm_args if not arg.startswith("@")]
    streams = sys.stdout, sys.stderr
    os.dup2(2, 1)  # its chatter is of interest only if it fails
    Server(HOST, PORT, jvm_args=[*own, *_PROPERTIES], default_jvm_args=default_args).start()
    sys.stdout, sys.stderr = streams  # the server has put copies for its log in between


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
        self._scope = fresh_main()  # the server takes what is `__main__` when it starts
        began = time.monotonic()
        _start_server(jvm_args)
        self._compiler = jit.Phases() if COMPILE_IN_WARM_UP in jvm_args else None
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
        introduce(self._scope, session.current)
        before = dict(self._scope)
        program = session.current
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
