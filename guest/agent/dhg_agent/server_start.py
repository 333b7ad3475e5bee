"""Starts a Deephaven server in this process, and leaves the process as a program expects it."""

import contextlib
import locale
import os
import signal
import sys

from . import formula_compiler

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
    # The agent tells the session of what a program has changed. Who looks every 100 ms keeps all
    # that the program has assigned alive until the JVM collects garbage: past its finalizers.
    "-DDeephavenApiServer.checkScopeChangesIntervalMillis=2147483647",
]


def start(jvm_args):
    """Starts the server, with strings for its JVM; it lives as long as this process."""
    environment = {
        "JAVA_HOME": _java_home(),
        # Arrow's default has a thread that wakes up to tidy, also just after a restore.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        # What the JVM suspends its threads with, which is SIGUSR2 elsewhere: a program's own.
        "_JAVA_SR_SIGNUM": str(int(signal.SIGRTMAX)),
    }
    with _unseen(environment):
        _start(jvm_args)


def _java_home():
    base = "/usr/lib/jvm"
    for name in sorted(os.listdir(base)):
        home = os.path.join(base, name)
        if os.path.exists(os.path.join(home, "lib/server/libjvm.so")):
            return home
    raise RuntimeError(f"there is no Java in {base}")


@contextlib.contextmanager
def _unseen(environment):
    """Has the server start with these variables, and puts back what a program would notice."""
    added = environment.keys() - os.environ.keys()
    os.environ.update({name: environment[name] for name in added})
    category = locale.setlocale(locale.LC_ALL)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, category)
        for name in added:
            os.environ.pop(name, None)


def _start(jvm_args):
    from deephaven_server import Server
    from deephaven_server.start_jvm import DEFAULT_JVM_ARGS

    # The recommended arguments choose a collector, and an empty list would mean them too.
    # What is no matter of tuning stays: signals are Python's, some code is not compiled.
    default_args = ["-Xrs", "-XX:+UnlockDiagnosticVMOptions"]
    default_args += [arg for arg in DEFAULT_JVM_ARGS if "CompilerDirectivesFile" in arg]
    if RECOMMENDED in jvm_args:
        default_args = DEFAULT_JVM_ARGS
    default_args = [*default_args, formula_compiler.JVM_ARGUMENT]
    own = [arg for arg in jvm_args if not arg.startswith("@")]
    streams = sys.stdout, sys.stderr
    os.dup2(2, 1)  # its chatter is of interest only if it fails
    Server(HOST, PORT, jvm_args=[*own, *_PROPERTIES], default_jvm_args=default_args).start()
    sys.stdout, sys.stderr = streams  # the server has put copies for its log in between
