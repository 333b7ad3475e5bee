"""Results through every channel, of a real guest with the real Deephaven."""

import pytest

SLOW = 300  # seconds: 50 MiB go through the guest's console under TCG


@pytest.fixture(params=["json-file", "dh-table"])
def through(request, deephaven):
    """Runs a program through one of the channels; returns what --json says."""

    def run(code, **keywords):
        options = ["--json", "--set", f"result_channel.plugin={request.param}"]
        report = deephaven.exec(code, *options, **keywords).json()
        assert report["plugins"]["result_channel"] == request.param
        return report

    return run


def test_the_value_of_an_expression(through):
    assert through("2 ** 100")["result_repr"] == str(2**100)
    assert through("[float('nan'), {'a': (1e400,)}]")["result_repr"] == "[nan, {'a': (inf,)}]"


def test_nothing_at_all(through):
    report = through("pass")
    assert (report["outcome"], report["exit_code"], report["result_repr"]) == ("ok", 0, None)


def test_an_exception(through):
    report = through("raise ValueError('grün \\ud800')")
    assert (report["outcome"], report["exit_code"]) == ("exception", 1)
    assert report["error"]["type"] == "ValueError"
    assert report["error"]["message"] == "grün \\ud800"
    assert "line 1" in report["error"]["traceback"]


def test_sys_exit(through):
    report = through("import sys; sys.exit(7)")
    assert (report["outcome"], report["exit_code"]) == ("exit", 7)


def test_text_of_all_kinds(through):
    value = "type('S', (), {'__repr__': lambda s: 'ä€😀\\0\\x1b\\ud800'})()"
    assert through(value)["result_repr"] == "ä€😀\0\x1b\\ud800"


def test_50_mib(through):
    value = "type('S', (), {'__repr__': lambda s: '0123456789abcdef' * 3276800})()"
    report = through(value, timeout=SLOW)
    assert report["result_repr"] == "0123456789abcdef" * 3276800


def test_the_result_table_is_not_one_of_the_programs(deephaven):
    run = deephaven.exec(
        "print(sorted(name for name in globals() if not name.endswith('__')))",
        "--set",
        "result_channel.plugin=dh-table",
    )
    assert (run.code, run.out) == (0, "[]\n")


def test_a_snapshot_that_is_older_than_a_session_may_become(deephaven):
    """The server would not know the connection in the snapshot any more."""
    run = deephaven.exec(
        "import time\n"
        "time.clock_settime(time.CLOCK_REALTIME, time.time() + 400 * 86400)\n"
        "'late'",
        "--json",
        "--set",
        "result_channel.plugin=dh-table",
        timeout=120,
    )
    assert run.code == 0, run.err
    assert run.json()["result_repr"] == "'late'"


def test_a_pickle_that_is_not_plain_data_is_refused(deephaven):
    run = deephaven.exec(
        "import os, pickle\n"
        "class Evil:\n"
        "    def __reduce__(self): return (os.system, ('echo unpickled > /dev/ttyS0',))\n"
        "evil = pickle.dumps(Evil())\n"
        "pickle.dumps = lambda *arguments, evil=evil: evil\n",
        "--set",
        "result_channel.plugin=dh-table",
    )
    assert run.code == 125
    assert "posix.system" in run.err
    assert "unpickled" not in run.err


def test_dh_table_without_a_server_says_what_is_missing(dhg):
    run = dhg.exec("print('hello')", "--set", "result_channel.plugin=dh-table")
    assert run.code == 125
    assert "dh-table needs a Deephaven server" in run.err
    assert "result_channel.plugin=json-file" in run.err
    assert run.out == ""
