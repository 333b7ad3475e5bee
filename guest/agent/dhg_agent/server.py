"""The agent's loop: takes the host's requests and answers them."""

import contextvars
import json
import os
import platform
import sys
import time
import types

from . import (
    VERSION, bottom, hooks, nudge, outcome_json, own_builtins, protocol, quiesce, renew, session,
    source,
)  # fmt: skip
from .executor import PythonExecutor
from .outbox import Outbox
from .protocol import FrameReader, ProtocolError
from .streams import Streams
from .transport import EndOfStream, PortLost


class RequestError(Exception):
    """A request that cannot be carried out; the conversation goes on."""


# Programs replace functions of modules, for tests or for good.
_DECODER = json.JSONDecoder()
_encode = outcome_json.text
_now_ns = time.monotonic_ns

_NO_FILE = "<string>"  # the name of a program that is none
_HALF = "guest half"


def _json(payload):
    try:
        # json.loads() looks for an encoding and for spaces first, which is more to run.
        text = payload.decode().strip()
        value, end = _DECODER.raw_decode(text)
    except ValueError as error:
        raise RequestError(f"not JSON: {error}") from None
    if end != len(text):
        raise RequestError("not JSON: there is more after it")
    if type(value) is not dict:
        raise RequestError("not a JSON object")
    return value


# Values of JSON are of exact types; and isinstance() is more to run.


def _member(request, name, kind, default):
    value = request.get(name, default)
    if type(value) is not kind:
        raise RequestError(f"'{name}' is not of type {kind.__name__}")
    return value


def _flag(request, name, default):
    value = request.get(name, default)
    if type(value) is not bool:
        raise RequestError(f"'{name}' is not a boolean")
    return value


def _texts(request, name):
    texts = _member(request, name, list, [])
    for text in texts:
        if type(text) is not str:
            raise RequestError(f"'{name}' is not a list of strings")
    return texts


def _environment(request):
    variables = _member(request, "env", dict, {})
    for name, value in variables.items():
        if type(value) is not str or "\0" in name + value or "=" in name or not name:
            raise RequestError("'env' is not an environment")
    return variables


_GREETING = protocol.frame(
    protocol.GUEST_HELLO,
    json.dumps(
        {"protocol": protocol.VERSION, "agent": VERSION, "python": platform.python_version()}
    ).encode(),
)


def _choice(request, name, choices):
    value = _member(request, name, str, choices[0])
    if value not in choices:
        raise RequestError(f"'{name}' is none of {', '.join(choices)}")
    return value


class Run:
    """The members of a RUN frame, checked."""

    def __init__(self, payload):
        request = _json(payload)
        self.channel = _member(request, "channel", str, "")
        self.filename = _member(request, "filename", str, _NO_FILE)
        self.kind = _choice(request, "kind", (source.COMMAND, source.SCRIPT, source.STDIN))
        self.argv = _texts(request, "argv")
        self.value = _choice(request, "value", ("none", "expression", "last"))
        self.show_tables = _flag(request, "show_tables", False)
        self.table_meta = _flag(request, "table_meta", True)
        self.hold_updates = _flag(request, "hold_updates", False)
        self.last = _flag(request, "last", False)
        self.has_input = _flag(request, "stdin", False)
        self.environment = _environment(request)
        self.now_ns = _member(request, "now_ns", int, 0)
        self.seed = request.get("seed")
        try:
            self.entropy = bytes.fromhex(_member(request, "entropy", str, ""))
        except ValueError:
            raise RequestError("'entropy' is not hexadecimal") from None
        if self.has_input and not self.last:
            raise RequestError("only the last program has an input")
        if self.now_ns < 0 or len(self.entropy) not in (0, renew.ENTROPY_BYTES):
            raise RequestError("'now_ns' or 'entropy' is out of range")
        if self.seed is not None and (type(self.seed) is not int or not 0 <= self.seed < 2**64):
            raise RequestError("'seed' is no number of 64 bits")
        if self.filename != _NO_FILE and "\0" in self.filename:
            raise RequestError("'filename' has a null character")


class Setup:
    """The members of a SETUP frame, checked."""

    def __init__(self, payload):
        request = _json(payload)
        self.executor = _member(request, "executor", str, "python")
        self.jvm_args = _texts(request, "jvm_args")
        self.modules = _texts(request, "modules")
        if self.executor not in ("python", "deephaven"):
            raise RequestError(f"there is no executor '{self.executor}'")


def _described(error):
    """What went wrong, and where in the channel's guest half, if that is where."""
    what = f"{type(error).__name__}: {error}"
    trace, half = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(_HALF):
            half = trace
        trace = trace.tb_next
    if half is None:
        return what
    code = half.tb_frame.f_code
    return f"{code.co_filename} failed in {code.co_name}, line {half.tb_lineno}: {what}"


class Agent:
    """Answers one host."""

    def __init__(self, port, input_fd):
        self._outbox = Outbox(port)
        self._reader = FrameReader(port)
        self._streams = Streams(input_fd)
        self._executor = PythonExecutor()
        self._code = b""
        self._channel_source = b""
        self._channels = {}  # source -> module: compiled once, also across a snapshot
        self._received_since = 0
        self._begun = False  # whether code of the user's may have run

    def serve(self):
        """Answers requests until init is gone, or this process is to end.

        Returns its exit status.
        """
        handlers = {
            protocol.HELLO: self._hello,
            protocol.CODE: self._code_part,
            protocol.CHANNEL: self._channel_part,
            protocol.RUN: self._run,
            protocol.QUIESCE: self._quiesce,
            protocol.SETUP: self._setup,
            protocol.NEW_HOST: self._forget,
        }
        while True:
            try:
                kind, payload = self._reader.next()
            except EndOfStream:
                return 0
            except KeyboardInterrupt:  # for a program that is over
                continue
            except ProtocolError as error:
                self._fail(f"the host does not keep to the protocol: {error}")
                return 0
            try:
                status = handlers[kind](payload)
                if status is not None:
                    return status
            except session.ChildEnds as end:
                return self._end_child(end.exit_code)
            except PortLost:
                return session.current.exit_code  # all that is left to tell
            except KeyboardInterrupt:
                self._fail("interrupted outside the program")
            except (RequestError, hooks.HookError) as error:
                self._fail(str(error))
            except (Exception, SystemExit, session.ChannelLate) as error:
                if session.current is not None:
                    session.current.limit.end()
                self._fail(_described(error))

    def _end_child(self, status):
        if not self._executor.may_exit:
            session.ends.finish()
            source.flush_c()
            os._exit(status)
        return status

    def _forget(self, _payload):
        self._take()
        self._received_since = 0
        self._outbox.forget()
        self._outbox.send(protocol.frame(protocol.NEW_HOST))

    def _fail(self, message):
        text = _encode({"message": message[:1000], "begun": self._begun})
        self._outbox.send(protocol.frame(protocol.ERROR, text.encode()))

    def _hello(self, payload):
        spoken = _json(payload).get("protocol")
        if spoken != protocol.VERSION:
            raise RequestError(f"the host speaks protocol {spoken}, this agent {protocol.VERSION}")
        if self._reader.has_more():
            self._outbox.hold(_GREETING)  # goes with the answer to what follows
        else:
            self._outbox.send(_GREETING)

    def _code_part(self, payload):
        if not self._code:
            self._received_since = _now_ns()
        self._code += payload

    def _channel_part(self, payload):
        self._channel_source += payload

    def _take(self):
        code, source = self._code, self._channel_source
        self._code = self._channel_source = b""
        return code, source

    def _channel(self, name, source):
        module = self._channels.get(source)
        if module is None:
            module = types.ModuleType("dhg_channel")
            try:
                half = compile(source, f"result channel '{name}': its {_HALF}", "exec")
            except SyntaxError as error:
                where = f"{error.filename}, line {error.lineno}"
                raise RequestError(f"{where}: SyntaxError: {error.msg}") from None
            exec(half, module.__dict__)
            if not callable(getattr(module, "store", None)) or not callable(
                getattr(module, "load", None)
            ):
                raise RequestError(f"result channel '{name}': its {_HALF} lacks store() or load()")
            self._channels[source] = module
        return module

    def _renew(self, run):
        """Makes this clone differ from its siblings, before any code of the user's runs."""
        if run.entropy:
            renew.kernel(run.entropy[:32])
        if run.now_ns:
            renew.clock(run.now_ns)
        if not run.entropy:
            return
        renew.python(run.seed, run.entropy[32:])
        self._executor.renew(run.entropy[32:] if run.seed is None else renew.mixed(run.seed))
        hooks.after_restore()

    def _run(self, payload):
        self._begun = False
        code, channel_source = self._take()
        run = Run(payload)
        began = _now_ns()
        since = self._received_since or began
        self._received_since = 0
        self._renew(run)
        renewed = _now_ns()
        session.current = program = self._program(run, code, channel_source)
        self._executor.begin()
        if run.last:
            session.ends.last()
        else:
            session.ends.another()
        self._begun = True
        if run.last:
            self._executor.run()
        else:  # what it sets of a context is not for the next
            contextvars.copy_context().run(self._executor.run)
        ran = _now_ns()
        result = program.channel.load()
        program.limit.end()
        if not isinstance(result, (bytes, bytearray, memoryview)):
            kind = type(result).__name__
            raise RequestError(
                f"result channel '{run.channel}': load() returned {kind}, which is not bytes"
            )
        loaded = _now_ns()
        self._outbox.hold(protocol.frames(protocol.RESULT, result))
        sent = _now_ns()
        # JSON, of which only numbers vary: an encoder is more to run.
        done = (
            f'{{"phases": {{"receive": {began - since}, "renew": {renewed - began}, '
            f'"run_script": {ran - renewed}, "read_result": {loaded - ran}, '
            f'"send": {sent - loaded}}}, '
            f'"clock": {{"received_ns": {since}, "answered_ns": {sent}}}, '
            f'"exits": {"true" if program.exits else "false"}}}'
        )
        self._outbox.send(protocol.frame(protocol.DONE, done.encode()))
        if program.exits:
            return program.exit_code
        if not run.last:
            self._streams.restore()
            session.ends.settle()
        return None

    def _refresh_channels(self):
        for channel in self._channels.values():
            if hasattr(channel, "refresh"):
                channel.refresh()

    def _program(self, run, code, channel_source):
        channel = self._channel(run.channel, channel_source)
        if run.has_input:
            self._streams.read_input()
        if run.environment:
            os.environ.update(run.environment)
            time.tzset()  # Python and C have read it already
        if run.kind == source.SCRIPT:
            source.place(run.filename, code)
            sys.path[0] = os.path.dirname(os.path.realpath(run.filename))
        else:
            sys.path[0] = ""
        sys.argv = run.argv
        if run.kind == source.COMMAND:
            try:
                command = code.decode()
            except UnicodeDecodeError as error:
                raise RequestError(f"the program is not UTF-8: {error}") from None
            sys.orig_argv = [sys.executable, *run.argv[:1], command, *run.argv[1:]]
        else:
            sys.orig_argv = [sys.executable, *run.argv]
        # By position: arguments by name are more to run.
        return session.Program(
            code, run.filename, run.kind, channel, run.value, run.show_tables, run.table_meta,
            run.hold_updates, run.last, self._executor.may_exit,
        )  # fmt: skip

    def _setup(self, payload):
        setup = Setup(payload)

        def say(line):
            self._outbox.send(protocol.frame(protocol.STDOUT, f"{line}\n".encode()))

        if not bottom.works:
            say(f"Python {platform.python_version()}: its programs see the agent's frames")

        if setup.executor == "deephaven":
            # Only here: the smallest image has no Deephaven.
            with own_builtins.importing():
                from .script_session import ScriptSessionExecutor

                self._executor = contextvars.copy_context().run(
                    ScriptSessionExecutor, setup.jvm_args, setup.modules, say
                )
        self._streams.restore()
        session.ends.settle()
        quiesce.watch()
        self._outbox.send(protocol.frame(protocol.DONE, b"{}"))

    def _quiesce(self, payload):
        scrub_bytes = _member(_json(payload), "scrub_bytes", int, 0)
        if scrub_bytes:
            skipped = quiesce.scrub(scrub_bytes)
        else:
            hooks.before_snapshot()
            self._executor.quiesce()
        self._refresh_channels()
        renew.prepare()
        self._executor.prepare_to_renew()
        session.ends.expect_last()
        if not scrub_bytes:
            skipped = quiesce.quiesce()
        answer = json.dumps({"skipped": skipped, "free_bytes": quiesce.free_bytes()})
        self._outbox.send(protocol.frame(protocol.QUIESCED, answer.encode()))


def serve(port, input_fd):
    """Runs the agent on an open Port; a program reads `input_fd`, a pipe.

    Returns the status that this process is to exit with.
    """
    hooks.publish()
    nudge.install()
    return Agent(port, input_fd).serve()
