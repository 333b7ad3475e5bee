"""Making a booted agent ready: which executor, and a server in its process."""

import json

import pytest
from conftest import DONE, ERROR, QUIESCE, SETUP, frame


def test_python_needs_nothing(host):
    assert host.setup().kinds == [DONE]
    assert host.setup(executor="python").kinds == [DONE]
    assert host.run("print('hello')").out == "hello\n"


@pytest.mark.parametrize(
    "members, telling",
    [
        ({"executor": "ruby"}, "ruby"),
        ({"executor": 1}, "executor"),
        ({"jvm_args": "-Xmx1g"}, "jvm_args"),
        ({"modules": [1]}, "modules"),
    ],
)
def test_what_cannot_be_set_up_is_said(host, members, telling):
    answer = host.setup(**members)
    assert telling in answer.error
    assert host.run("print('on')").out == "on\n"


def test_setup_is_json(host):
    host.send(frame(SETUP, b"{"))
    assert host.answer().kinds == [ERROR]


def test_an_image_without_deephaven_says_so(host):
    assert "deephaven_server" in host.setup(executor="deephaven").error


def start(host, *jvm_args, modules=()):
    return host.setup(executor="deephaven", jvm_args=list(jvm_args), modules=list(modules))


def server_call(answer):
    return json.loads(next(line for line in answer.err.splitlines() if line.startswith("{")))


def test_own_jvm_arguments_replace_the_recommended_tuning(deephaven_host):
    call = server_call(start(deephaven_host, "-Xmx1g", "-XX:+UseSerialGC"))
    assert call["jvm_args"][:2] == ["-Xmx1g", "-XX:+UseSerialGC"]
    assert call["host"] == "127.0.0.1"
    tuning = call["default_jvm_args"]
    assert tuning and "-Xrs" in tuning
    assert not any("VMOptionsFile" in arg for arg in tuning)
    assert any("CompilerDirectivesFile" in arg for arg in tuning)


def test_the_recommended_ones_on_request(deephaven_host):
    call = server_call(start(deephaven_host, "@deephaven", "-Xmx1g"))
    assert call["jvm_args"][0] == "-Xmx1g"
    assert any("VMOptionsFile" in arg for arg in call["default_jvm_args"])


def test_progress_is_told(deephaven_host):
    answer = start(deephaven_host, modules=["json"])
    lines = answer.out.splitlines()
    assert lines[0].startswith("deephaven-server 9.9: started in ")
    assert lines[1].startswith("module json: ")
    assert answer.kinds[-1] == DONE


def test_a_server_that_does_not_start_is_an_error(deephaven_host):
    assert "the JVM did not start" in start(deephaven_host, "-Xfail").error


def test_a_missing_module_is_an_error(deephaven_host):
    assert "no_such_module" in start(deephaven_host, modules=["no_such_module"]).error


def test_programs_run_in_the_servers_scope(deephaven_host):
    start(deephaven_host)
    assert deephaven_host.run("x = 41").outcome["outcome"] == "ok"
    assert deephaven_host.run("x + 1").outcome["result_repr"] == "42"
    assert deephaven_host.run("__name__").outcome["result_repr"] == "'__main__'"
    assert deephaven_host.run("import sys; print('out'); sys.exit(3)").outcome["exit_code"] == 3


def test_the_session_is_told_of_changes_and_of_nothing_else(deephaven_host):
    start(deephaven_host)
    observed = "__import__('deephaven.execution_context').execution_context._Scope.session.observed"
    before = int(deephaven_host.run(observed).outcome["result_repr"])
    assert int(deephaven_host.run(observed).outcome["result_repr"]) == before
    for change in ("x = 41", "x = 42", "del x"):
        deephaven_host.run(change)
        before += 1
        assert int(deephaven_host.run(observed).outcome["result_repr"]) == before


def test_a_snapshot_holds_nothing_of_the_programs_before(deephaven_host):
    start(deephaven_host)
    deephaven_host.run("x = 41\nimport json")
    deephaven_host.send(frame(QUIESCE, b"{}"))
    deephaven_host.answer()
    answer = deephaven_host.run("sorted(n for n in globals() if not n.startswith('__'))")
    assert answer.outcome["result_repr"] == "[]"
    answer = deephaven_host.run(
        "import jpy\nfrom deephaven.execution_context import _Scope\n"
        "(jpy.collections > 0, _Scope.session.observed > 0)"
    )
    assert answer.outcome["result_repr"] == "(True, True)"


def test_the_end_of_a_program_is_not_the_servers(deephaven_host):
    start(deephaven_host)
    assert deephaven_host.run("import atexit; atexit.register(print, 'own')").out == "own\n"


def test_free_memory_is_overwritten_on_request(host):
    host.run("x = 1")
    host.send(frame(QUIESCE, b'{"scrub_bytes": 1048576}'))
    answer = json.loads(host.answer().frames[-1][1])
    assert answer["skipped"] == [] and answer["free_bytes"] > 0
    host.send(frame(QUIESCE, b'{"scrub_bytes": 1000000000000000}'))
    assert "scrub" in json.loads(host.answer().frames[-1][1])["skipped"][0]
    host.send(frame(QUIESCE, b'{"scrub_bytes": "1"}'))
    assert "scrub_bytes" in host.answer().error
