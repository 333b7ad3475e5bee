"""A plugin that hangs, throws, crashes or returns nonsense, in whatever call, ends the run with
its kind, its name and what it did, in bounded time, with 125.

The plugins are those of misbehaving/: they do what $DEED says, as "hang decode".
"""

import pathlib
import signal
import time

import pytest
from test_plugin_kit import ENV, run

SOURCES = pathlib.Path(__file__).parent / "misbehaving"
CALL_LIMIT = 30  # seconds that a call may take, which core/calls says
CHANNEL_LIMIT = 120  # and a channel's guest half, which the agent says
PATIENCE = ("--set", "page_server.patience=1s")
PAGE_SERVER, CHANNEL, LAUNCHER = (
    "page server 'misbehaving'",
    "result channel 'misbehaving'",
    "launcher 'qemu'",
)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory):
    folder = tmp_path_factory.mktemp("misbehaving")
    for command in (["cmake", "-S", SOURCES, "-B", folder], ["cmake", "--build", folder]):
        done = run(*command, cwd="/", env=ENV)
        assert done.returncode == 0, done.stdout + done.stderr
    return {
        PAGE_SERVER: ("--set", f"page_server.plugin={folder}/page_server.so"),
        CHANNEL: ("--set", f"result_channel.plugin={folder}/result_channel.so"),
        LAUNCHER: ("--set", f"launcher.plugin={folder}/launcher.so"),
    }


def misbehave(dhg, plugins, plugin, deed, *options):
    return dhg.exec("print('hello')", *plugins[plugin], *options, env={"DEED": deed})


def test_they_can_behave(dhg, plugins):
    got = dhg.exec("print('hello')", *plugins[PAGE_SERVER], *plugins[CHANNEL], *plugins[LAUNCHER])
    assert (got.code, got.out, got.err) == (0, "hello\n", "")


@pytest.mark.parametrize(
    "plugin, deed, told",
    [
        (PAGE_SERVER, "throw recall", "it did not work out"),
        (PAGE_SERVER, "throw on_fault", "it did not work out"),
        (CHANNEL, "throw constructor", "it did not work out"),
        (CHANNEL, "throw decode", "decode failed: it did not work out"),
        (CHANNEL, "throw-number decode", "decode threw something that is no std::exception"),
        (CHANNEL, "nonsense decode", "decode returned an exit code that is not 0 to 255"),
        (CHANNEL, "nonsense outcome", "decode returned an exception without its error"),
        (CHANNEL, "nonsense guest_half", "guest_half returned what is no UTF-8"),
        (CHANNEL, "throw store", "its guest half failed in do, line 12: KeyError: 'x'"),
        (CHANNEL, "throw load", "its guest half failed in do, line 12: KeyError: 'x'"),
        (CHANNEL, "leave load", "its guest half failed in do, line 14: SystemExit: 0"),
        (CHANNEL, "nonsense load", "load() returned str, which is not bytes"),
        (LAUNCHER, "throw requirements", "requirements failed: it did not work out"),
        (LAUNCHER, "throw fingerprint", "fingerprint failed: it did not work out"),
        (LAUNCHER, "throw restore", "restore failed: it did not work out"),
        (LAUNCHER, "throw load", "load failed: it did not work out"),
        (LAUNCHER, "nonsense fingerprint", "fingerprint returned 1 bytes that are no text"),
        (LAUNCHER, "nonsense restore", "restore returned no VM"),
        (LAUNCHER, "nonsense process_fd", "process_fd returned no descriptor"),
        (LAUNCHER, "nonsense connect_agent", "connect_agent returned no descriptor"),
    ],
)
def test_what_it_throws_or_returns(dhg, plugins, plugin, deed, told):
    got = misbehave(dhg, plugins, plugin, deed)
    assert got.code == 125, got
    assert plugin in got.err and told in got.err


@pytest.mark.parametrize("deed, told", [
    ("throw learn", "learn failed: it did not work out"),
    ("throw figures", "figures failed: it did not work out"),
    ("nonsense figures", "a figure is called 'Not A Name!'"),
    ("nonsense value", "the figure 'faults' is not a finite number"),
])
def test_what_goes_wrong_after_the_program_is_said_beside_its_end(dhg, plugins, deed, told):
    got = misbehave(dhg, plugins, PAGE_SERVER, deed)
    assert (got.code, got.out) == (0, "hello\n")
    assert PAGE_SERVER in got.err and told in got.err


@pytest.mark.parametrize("how", ["crash", "abort", "exit", "exit-at-once", "throw-in-thread",
                                 "crash-in-thread", "exit-in-thread"])
@pytest.mark.parametrize(
    "plugin, where",
    [(PAGE_SERVER, "constructor"), (PAGE_SERVER, "on_fault"), (PAGE_SERVER, "learn"),
     (CHANNEL, "decode"), (LAUNCHER, "restore")],
)
def test_a_crash_or_an_exit(dhg, plugins, plugin, where, how):
    got = misbehave(dhg, plugins, plugin, f"{how} {where}")
    assert got.code == 125, got
    assert plugin in got.err
    if "thread" in how:
        assert "in a thread of its own" in got.err
    else:
        assert f"in {'its constructor' if where == 'constructor' else where}" in got.err
    if how == "throw-in-thread":
        assert "nobody catches this" in got.err


def test_a_crash_while_the_library_is_loaded(dhg, plugins):
    got = misbehave(dhg, plugins, PAGE_SERVER, "crash loading")
    assert got.code == 125
    assert "page_server.so' crashed in the loading of its library: SIGSEGV" in got.err


HANGS = [
    (PAGE_SERVER, "loading", "the loading of its library"),
    (PAGE_SERVER, "constructor", "its constructor"),
    (PAGE_SERVER, "backing", "its constructor"),
    (PAGE_SERVER, "learn", "learn"),
    (PAGE_SERVER, "figures", "figures"),
    (PAGE_SERVER, "destructor", "its destructor"),
    (CHANNEL, "constructor", "its constructor"),
    (CHANNEL, "guest_half", "guest_half"),
    (CHANNEL, "decode", "decode"),
    (CHANNEL, "store", f"it did not return within {CHANNEL_LIMIT} s"),
    (CHANNEL, "load", f"it did not return within {CHANNEL_LIMIT} s"),
    (LAUNCHER, "constructor", "its constructor"),
    (LAUNCHER, "requirements", "requirements"),
    (LAUNCHER, "fingerprint", "fingerprint"),
    (LAUNCHER, "restore", "restore"),
    (LAUNCHER, "take_handoff", "take_handoff"),
    (LAUNCHER, "kill", "kill"),
]


def start(dhg, plugins, plugin, where, *options):
    return dhg.start("exec", "--vm", *plugins[plugin], *options, "-c", "print('hello')",
                     env={"DEED": f"hang {where}"})


def ends(process, seconds):
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out.decode(), err.decode()


def test_a_call_that_does_not_return(dhg, plugins):
    library = plugins[PAGE_SERVER][1].split("=")[1]
    info = dhg.start("plugin", "info", library, env={"DEED": "hang loading"})
    runs = [(call, start(dhg, plugins, plugin, where, *PATIENCE)) for plugin, where, call in HANGS]
    for (plugin, _, _), (call, process) in zip(HANGS, runs):
        code, _, err = ends(process, 2 * CHANNEL_LIMIT)
        assert code == 125, (plugin, call, err)
        assert (call if call.startswith("it ") else f"did not return from {call}") in err
        assert plugin in err or "page_server.so'" in err
    code, _, err = ends(info, CALL_LIMIT)
    assert code == 125
    assert f"plugin '{library}' did not return from the loading of its library" in err


@pytest.mark.parametrize("how", ["timeout", "signal"])
def test_the_time_limit_and_signals_hold_meanwhile(dhg, plugins, how):
    limit = ("--timeout", "2") if how == "timeout" else ()
    runs = [(call, start(dhg, plugins, plugin, where, *limit)) for plugin, where, call in HANGS]
    time.sleep(3)
    if how == "signal":
        for _, process in runs:
            process.send_signal(signal.SIGINT)
    for call, process in runs:
        code, _, err = ends(process, 20)
        assert code == (124 if how == "timeout" else 130), (call, err)
        if not call.startswith("it "):  # the guest's code ends with the guest
            assert "did not return from" in err


def test_a_second_dhg_shows_that_nothing_was_left(dhg):
    assert dhg.exec("print('hello')").out == "hello\n"
