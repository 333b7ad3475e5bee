"""The agent's loop: takes the host's requests and answers them."""

import json
import platform
import sys
import time
import types

from . import VERSION, protocol, quiesce, renew, session
from .executor import PythonExecutor
from .outbox import Outbox
from .protocol import FrameReader, ProtocolError
from .streams import Streams
from .transport import EndOfStream, NewConnection


class RequestError(Exception):
    """A request that cannot be carried out; the conversation goes on."""


_DECODER = json.JSONDecoder()


def _json(payload):
    try:
        # json.loads() looks for an encoding and for spaces first, which is more to run.
        text = payload.decode().strip()
        value, end = _DECODER.raw_decode(text)
    except ValueError as error:
        raise RequestError(f"not JSON: {error}") from None
    if end != len(text):
        raise RequestError("not JSON: there is more after it")
    if not isinstance(value, dict):
        raise RequestError("not a JSON object")
    return value


def _member(request, name, kind, default):
    value = request.get(name, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RequestError(f"'{name}' is not of type {kind.__name__}")
    return value


def _flag(request, name, default):
    value = request.get(name, default)
    if not isinstance(value, bool):
        raise RequestError(f"'{name}' is not a boolean")
    return value


def _texts(request, name):
    texts = _member(request, name, list, [])
    if not all(isinstance(text, str) for text in texts):
        raise RequestError(f"'{name}' is not a list of strings")
    return texts


_GREETING = protocol.frame(
    protocol.GUEST_HELLO,
    json.dumps(
        {"protocol": protocol.VERSION, "agent": VERSION, "python": platform.python_version()}
    ).encode(),
)


class Run:
    """The members of a RUN frame, checked."""

    def __init__(self, payload):
        request = _json(payload)
        self.channel = _member(request, "channel", str, "")
        self.filename = _member(request, "filename", str, "<string>")
        self.argv = _texts(request, "argv")
        self.show_tables = _flag(request, "show_tables", False)
        self.table_meta = _flag(request, "table_meta", True)
        self.now_ns = _member(request, "now_ns", int, 0)
        try:
            self.entropy = bytes.fromhex(_member(request, "entropy", str, ""))
        except ValueError:
            raise RequestError("'entropy' is not hexadecimal") from None
        if self.now_ns < 0 or len(self.entropy) not in (0, renew.ENTROPY_BYTES):
            raise RequestError("'now_ns' or 'entropy' is out of range")


class Setup:
    """The members of a SETUP frame, checked."""

    def __init__(self, payload):
        request = _json(payload)
        self.executor = _member(request, "executor", str, "python")
        self.jvm_args = _texts(request, "jvm_args")
        self.modules = _texts(request, "modules")
        if self.executor not in ("python", "deephaven"):
            raise RequestError(f"there is no executor '{self.executor}'")


class Agent:
    """Answers one host."""

    def __init__(self, port):
        self._outbox = Outbox(port)
        self._reader = FrameReader(port)
        self._streams = Streams(self._outbox)
        self._executor = PythonExecutor()
        self._code = bytearray()
        self._channel_source = bytearray()
        self._channels = {}  # source -> module: compiled once, also across a snapshot
        self._received_since = 0

    def serve(self):
        """Answers requests until the host is gone."""
        handlers = {
            protocol.HELLO: self._hello,
            protocol.CODE: self._code_part,
            protocol.CHANNEL: self._channel_source.extend,
            protocol.RUN: self._run,
            protocol.QUIESCE: self._quiesce,
            protocol.SETUP: self._setup,
        }
        while True:
            try:
                kind, payload = self._reader.next()
            except EndOfStream:
                return
            except NewConnection:
                self._forget()
                continue
            except ProtocolError as error:
                self._fail(f"the host does not keep to the protocol: {error}")
                return
            try:
                handlers[kind](payload)
            except RequestError as error:
                self._fail(str(error))
            except Exception as error:
                self._fail(f"{type(error).__name__}: {error}")

    def _forget(self):
        self._reader.clear()
        self._take()
        self._received_since = 0
        self._outbox.forget()

    def _fail(self, message):
        text = json.dumps({"message": message[:1000]})
        self._outbox.send(protocol.frame(protocol.ERROR, text.encode()))

    def _hello(self, payload):
        spoken = _json(payload).get("protocol")
        if spoken != protocol.VERSION:
            raise RequestError(f"the host speaks protocol {spoken}, this agent {protocol.VERSION}")
        if self._reader.more_is_here:
            self._outbox.hold(_GREETING)  # goes with the answer to what follows
        else:
            self._outbox.send(_GREETING)

    def _code_part(self, payload):
        if not self._code:
            self._received_since = time.monotonic_ns()
        self._code += payload

    def _take(self):
        code, source = bytes(self._code), bytes(self._channel_source)
        self._code.clear()
        self._channel_source.clear()
        return code, source

    def _channel(self, name, source):
        module = self._channels.get(source)
        if module is None:
            module = types.ModuleType("dhg_channel")
            exec(compile(source, f"<{name}: guest half>", "exec"), module.__dict__)
            if not callable(getattr(module, "store", None)) or not callable(
                getattr(module, "load", None)
            ):
                raise RequestError(f"the guest half of '{name}' lacks store() or load()")
            self._channels[source] = module
        return module

    def _run(self, payload):
        code, source = self._take()
        run = Run(payload)
        began = time.monotonic_ns()
        since = self._received_since or began
        self._received_since = 0
        if run.now_ns:
            renew.set_clock(run.now_ns)
        if run.entropy:
            renew.add_entropy(run.entropy)
        renewed = time.monotonic_ns()
        channel = self._channel(run.channel, source)
        try:
            text = code.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestError(f"the program is not UTF-8: {error}") from None

        session.current = session.Program(
            text, run.filename, channel, run.show_tables, run.table_meta
        )
        sys.argv = run.argv
        self._streams.install()
        self._executor.begin()
        try:
            self._executor.run()
        finally:
            self._streams.finish()
        ran = time.monotonic_ns()
        result = channel.load()
        loaded = time.monotonic_ns()
        if result:
            self._outbox.send(protocol.frames(protocol.RESULT, result))
        sent = time.monotonic_ns()
        phases = {
            "receive": began - since,
            "renew": renewed - began,
            "run_script": ran - renewed,
            "read_result": loaded - ran,
            "send": sent - loaded,
        }
        done = json.dumps(
            {"phases": phases, "clock": {"received_ns": since, "answered_ns": sent}}
        )
        self._outbox.send(protocol.frame(protocol.DONE, done.encode()))
        self._streams.prepare_next()

    def _setup(self, payload):
        setup = Setup(payload)

        def say(line):
            self._outbox.output(protocol.STDOUT, f"{line}\n".encode())

        if setup.executor == "deephaven":
            # Only here: the smallest image has no Deephaven.
            from .script_session import ScriptSessionExecutor

            self._executor = ScriptSessionExecutor(setup.jvm_args, setup.modules, say)
        self._streams.prepare_next()
        quiesce.watch()
        self._outbox.send(protocol.frame(protocol.DONE, b"{}"))

    def _quiesce(self, payload):
        scrub_bytes = _member(_json(payload), "scrub_bytes", int, 0)
        if scrub_bytes:
            skipped = quiesce.scrub(scrub_bytes)
        else:
            self._executor.quiesce()
            skipped = quiesce.quiesce()
        answer = json.dumps({"skipped": skipped, "free_bytes": quiesce.free_bytes()})
        self._outbox.send(protocol.frame(protocol.QUIESCED, answer.encode()))


def serve(port):
    """Runs the agent on an open Port until the host closes it."""
    Agent(port).serve()
