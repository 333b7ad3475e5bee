"""dhg exec --trace and dhg explain."""

import json

import pytest


@pytest.fixture(scope="module")
def trace(prepared, tmp_path_factory):
    path = tmp_path_factory.mktemp("trace") / "run.json"
    run = prepared.exec("print('hello')", "--set", "page_server.plugin=lazy-4k", "--trace", path)
    assert (run.code, run.out) == (0, "hello\n"), run.err
    return path


def spans(document, category):
    return [e for e in document["traceEvents"] if e.get("cat") == category]


def test_it_is_a_chrome_trace(trace):
    """The Trace Event Format's JSON object form, complete events and metadata only."""
    document = json.loads(trace.read_text())
    assert document["displayTimeUnit"] in ("ms", "ns")
    named, last = set(), {}
    for event in document["traceEvents"]:
        line = (event["pid"], event["tid"])
        assert all(isinstance(number, int) for number in line)
        if event["ph"] == "M":
            assert isinstance(event["args"]["name"], str)
            named.add((event["name"], *line))
            continue
        assert event["ph"] == "X"
        assert isinstance(event["name"], str) and isinstance(event["cat"], str)
        assert event["ts"] >= 0 and event["dur"] >= 0
        # Viewers nest by time: on one line nothing may overlap.
        assert event["ts"] >= last.get(line, 0) - 0.001, event
        last[line] = event["ts"] + event["dur"]
        assert ("process_name", *line) in named and ("thread_name", *line) in named


def test_everybody_is_on_one_clock(trace):
    document = json.loads(trace.read_text())
    phases = {e["name"]: e for e in spans(document, "phase")}
    begin = lambda name: phases[name]["ts"]
    end = lambda name: phases[name]["ts"] + phases[name]["dur"]
    assert {"launch", "load", "resume", "connect", "run", "read", "teardown", "vmm", "handoff",
            "guest receive", "guest run_script", "guest read_result"} <= set(phases)
    # What the guest did, by its own clock, lies within what the host waited for.
    assert begin("run") <= begin("guest receive") and end("guest read_result") <= end("run")
    assert end("guest receive") == pytest.approx(begin("guest renew"), abs=0.01)
    assert document["otherData"]["run"]["guest_clock_error_ms"] > 0
    assert begin("launch") <= begin("vmm") and end("teardown") <= end("vmm") + 1000


def test_every_fault_is_there(trace):
    document = json.loads(trace.read_text())
    faults = spans(document, "fault")
    run = document["otherData"]["run"]
    assert document["otherData"]["events_dropped"] == 0
    # The figures are taken a moment before the machine ends, the log goes on until then.
    assert 100 < run["memory"]["faults"] <= len(faults) < run["memory"]["faults"] + 200
    assert sum(e["args"]["copied_bytes"] for e in faults) >= run["memory"]["copied_bytes"]
    assert all(e["args"]["offset"] % 4096 == 0 for e in faults)


def test_explain(dhg, trace):
    run = dhg("explain", trace)
    assert run.code == 0, run.err
    assert "The longest steps" in run.out and "run: the program" in run.out
    assert "faults in" in run.out and "zero pages served" in run.out
    assert "Suggested by this record:" in run.out


def test_explain_of_json(dhg, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(dhg.exec("print(1)", "--json").out)
    run = dhg("explain", path)
    assert run.code == 0, run.err
    assert "only a trace has their times" in run.out


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"traceEvents": 1}', "[" * 200_000,
                                  '{"traceEvents": [], "otherData": {"run": 7}}'])
def test_explain_refuses_what_is_no_record(empty_dhg, tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text)
    run = empty_dhg("explain", path)
    assert run.code == 2
    assert "dhg exec --trace" in run.err


def test_explain_of_a_changed_record(empty_dhg, trace, tmp_path):
    document = json.loads(trace.read_text())
    document["otherData"]["run"]["plugins"]["page_server"] = "\033[2Jx"
    path = tmp_path / "run.json"
    path.write_text(json.dumps(document))
    run = empty_dhg("explain", path)
    assert run.code == 0 and "\033" not in run.out
    document["traceEvents"][-1]["dur"] = -5
    path.write_text(json.dumps(document))
    assert empty_dhg("explain", path).code == 2


def test_a_trace_that_cannot_be_written_is_told_before_the_run(empty_dhg):
    run = empty_dhg.exec("print(1)", "--trace", "/no/such/folder/run.json")
    assert run.code == 2
    assert "cannot write" in run.err and run.out == ""
