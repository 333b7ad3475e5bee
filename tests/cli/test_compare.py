"""dhg compare: what is measured, compared, reported and refused."""

import csv
import html.parser
import io
import json
import pathlib
import re
import shutil
import signal
import time

import jsonschema
import pytest
from conftest import BINARY, vmm_processes, wait_until

SCHEMA = pathlib.Path(__file__).parents[2] / "docs/compare.schema.json"


def compare(dhg, *args, **keywords):
    return dhg("compare", *args, **keywords)


def externals(**commands):
    return [f"--external={name}={command}" for name, command in commands.items()]


def checked_json(path):
    document = json.loads(path.read_text())
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    return document


class Page(html.parser.HTMLParser):
    """Whether every element is closed, and what is referred to."""

    VOID = {"meta", "br", "hr", "img", "link", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.references = [], []

    def handle_starttag(self, tag, attributes):
        self.references += [v for k, v in attributes if k in ("src", "href", "action", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.references += [v for k, v in attributes if k in ("src", "href", "action", "data")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_two_page_servers(dhg, tmp_path):
    files = {name: tmp_path / f"out.{name}" for name in ("json", "csv", "markdown", "html")}
    run = compare(dhg, "python.yaml", "--vary", "page_server.plugin=file,lazy-4k",
                  "-c", "print('hello')", "--runs", "3", "--warm-up", "1", "--seed", "7",
                  *[f"--{name}={path}" for name, path in files.items()])
    assert run.code == 0, run.out + run.err
    assert all(len(line) <= 80 for line in run.out.splitlines()), run.out
    assert "lazy-4k against file: " in run.out and "\033" not in run.out
    assert not list(tmp_path.glob("*.part"))

    document = checked_json(files["json"])
    assert document["passed"] and document["outputs"]["equal"]
    assert [v["name"] for v in document["variants"]] == ["file", "lazy-4k"]
    assert document["variants"][1]["values"]["page_server.plugin"] == "lazy-4k"
    assert len(document["runs"]) == 8 and sum(r["warm_up"] for r in document["runs"]) == 2
    for result in document["runs"]:
        assert result["failure"] is None
        assert sum(result["phases_ms"].values()) == pytest.approx(result["wall_ms"], rel=1e-6)
        for phase in ("launch", "handoff", "resume", "run", "read", "teardown"):
            assert result["phases_ms"][phase] > 0, phase
        assert result["metrics"]["dhg_peak_mib"] > 1 and result["metrics"]["vmm_peak_mib"] > 10
        assert (result["metrics"]["faults"] > 100) == (result["variant"] == "lazy-4k")
    for number in range(4):
        assert sorted(r["variant"] for r in document["runs"] if r["round"] == number) == [
            "file", "lazy-4k"]

    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text(), newline="")))
    assert len(rows) == 8
    assert float(rows[0]["wall_ms"]) == pytest.approx(document["runs"][0]["wall_ms"], abs=1e-4)
    assert "| lazy-4k | 3 of 3 |" in files["markdown"].read_text()

    assert "too few rounds for a verdict" in run.out and "--runs 6" in run.out
    text = files["html"].read_text()
    assert "lazy-4k against file: " in text.split("<script")[0]
    page = Page()
    page.feed(text)
    assert page.open == [] and page.references == []
    assert not re.search(r"https?://|@import|url\(", text)
    [data] = re.findall(r'<script id="data" type="application/json">(.*?)</script>', text, re.S)
    assert json.loads(data) == document


    explained = dhg("explain", files["json"])
    assert explained.code == 0, explained.err
    assert "lazy-4k, run by run:" in explained.out and "  round 3: " in explained.out
    assert "page_server.plugin=working-set" in explained.out


def test_paths_begin_where_the_caller_stands(dhg, tmp_path):
    servers = pathlib.Path(BINARY).parents[1] / "lib/dhg/plugins/page_servers"
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "c.yaml").write_text("image: python\n")
    (tmp_path / "p.py").write_text("print(1)")
    for folder in ("old", "new"):
        shutil.copy(servers / "lazy-4k.so", tmp_path / folder)
    run = compare(dhg, "c.yaml", "--vary", "page_server.plugin=old/lazy-4k.so,new/lazy-4k.so",
                  "--script", "p.py", "--runs", "1", "--warm-up", "0",
                  "--fail-if", "'new/lazy-4k' < 'old/lazy-4k' / 1000", cwd=tmp_path)
    assert run.code == 0, run.out + run.err
    assert "new/lazy-4k against old/lazy-4k: " in run.out


def test_cold_cache(dhg, tmp_path):
    out = tmp_path / "out.json"
    run = compare(dhg, "file.yaml", "python.yaml", "--set", "image=python", "--cache", "cold", "-c", "print(1)", "--runs", "1",
                  "--warm-up", "0", f"--json={out}")
    assert run.code == 0, run.out + run.err
    for result in checked_json(out)["runs"]:
        # At least what a Python guest touches of its memory had to be read.
        assert result["metrics"]["cache_miss_mib"] > 4


def test_dhg_and_an_external_command_agree(dhg):
    run = compare(dhg, "python.yaml", "-c", "6 * 7", *externals(shell="echo 42"), "--runs", "1",
                  "--warm-up", "0")
    assert run.code == 0, run.out + run.err
    assert "output: the same in all runs" in run.out


def test_different_output_fails(empty_dhg, tmp_path):
    out = tmp_path / "out.json"
    run = compare(empty_dhg, *externals(a="echo hello", b="echo hullo"), "--runs", "2",
                  f"--json={out}")
    assert run.code == 1
    assert "OUTPUT DIFFERS" in run.out and "'hullo'" in run.out and "'hello'" in run.out
    assert not checked_json(out)["outputs"]["equal"]


def test_failed_runs_are_counted(empty_dhg, tmp_path):
    out = tmp_path / "out.json"
    run = compare(empty_dhg, *externals(good="true", bad="exit 3"), "--runs", "3", f"--json={out}")
    assert run.code == 1
    assert "FAILED 5 times: bad: exited with status 3" in run.out
    document = checked_json(out)
    assert [v["failed"] for v in document["variants"]] == [0, 3]
    assert document["pairs"][0]["verdict"] == "not comparable"


def test_a_run_that_takes_too_long_has_failed(empty_dhg):
    run = compare(empty_dhg, *externals(good="true", slow="sleep 30"), "--runs", "1", "--warm-up",
                  "0", "--timeout", "300ms")
    assert run.code == 1
    assert "slow: took longer than 300 ms" in run.out
    assert run.seconds < 20


SLOW_AND_FAST = externals(fast="true", slow="sleep 0.1")


@pytest.mark.parametrize("condition, code", [("slow > fast * 1.05", 1), ("fast > slow", 0),
                                             ("slow > 10s", 0), ("slow - fast > 20ms", 1)])
def test_fail_if(empty_dhg, condition, code):
    run = compare(empty_dhg, *SLOW_AND_FAST, "--runs", "2", "--fail-if", condition)
    assert run.code == code, run.out
    assert condition in run.out


def test_a_difference_is_found_and_said(empty_dhg):
    run = compare(empty_dhg, *SLOW_AND_FAST, "--runs", "7", "--warm-up", "0")
    assert re.search(r"slow against fast: slower by \d+\.\d\dx \[", run.out), run.out


@pytest.mark.parametrize("args, message", [
    ([], "there is only one variant"),
    (externals(a="true"), "there is only one variant"),
    (externals(a="true", b="true") + ["--fail-if", "a > c"], "column 5"),
    (externals(a="true", b="true") + ["--runs", "0"], "--runs"),
    (externals(a="true", b="true") + ["--cache", "hot"], "warm or cold"),
    (externals(a="true", b="true") + ["--html", "/no/such/folder/x.html"], "cannot write"),
    (externals(a="true", b="true") + ["--baseline", "none"], "there is no baseline"),
    (["fast.yaml", "file.yaml"], "nothing to run: give -c CODE"),
    (["fast.yaml", "--vary", "no.such=1,2", "-c", "1"], "unknown key"),
])
def test_mistakes(empty_dhg, args, message):
    run = compare(empty_dhg, *args)
    assert run.code == 2
    assert message in run.err


def test_a_missing_snapshot_is_told_before_anything_runs(empty_dhg):
    run = compare(empty_dhg, "fast.yaml", "file.yaml", "-c", "1")
    assert run.code == 125
    assert "variant 'fast'" in run.err and "dhg vm prepare" in run.err


def test_the_environments_switches_are_refused(empty_dhg):
    run = compare(empty_dhg, "fast.yaml", "file.yaml", "-c", "1", env={"DHG_VM_NO_UFFD": "1"})
    assert run.code == 2
    assert "DHG_VM_NO_UFFD" in run.err


def test_interrupt_gives_the_result_so_far(empty_dhg, tmp_path):
    out = tmp_path / "out.json"
    counter = tmp_path / "count"
    run = empty_dhg.start("compare", *externals(a=f"echo x >> {counter}", b="sleep 0.05"),
                          "--runs", "5000", f"--json={out}")
    end = time.monotonic() + 30
    while time.monotonic() < end and not (counter.exists() and counter.read_text().count("x") > 8):
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    shown, _ = run.communicate(timeout=20)
    assert run.returncode == 130
    assert b"INTERRUPTED" in shown
    document = checked_json(out)
    assert document["interrupted"] and document["variants"][0]["wall_ms"]["count"] >= 4


def test_interrupt_of_a_run_of_dhg(dhg, tmp_path):
    out = tmp_path / "out.json"
    run = dhg.start("compare", "python.yaml", *externals(quick="echo 1"), "--runs", "500", "--warm-up",
                    "0", "-c", "import time; time.sleep(2); print(1)", f"--json={out}")
    time.sleep(1.5)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=20)
    assert run.returncode == 130
    assert checked_json(out)["failures"] == []


def test_baseline(empty_dhg, tmp_path):
    variants = externals(a="true", b="sleep 0.02")
    saved = compare(empty_dhg, *variants, "--runs", "4", "--save-baseline", "first")
    assert saved.code == 0, saved.out
    out = tmp_path / "out.json"
    run = compare(empty_dhg, *variants, "--runs", "4", "--baseline", "first", f"--json={out}",
                  "--fail-if", "a > baseline.a * 100")
    assert run.code == 0, run.out
    assert "b against baseline 'first': " in run.out and "unpaired" in run.out
    assert len(checked_json(out)["baseline"]["comparisons"]) == 2

    file = empty_dhg.cache / "baselines/first.json"
    other = json.loads(file.read_text())
    other["machine"]["cpu"] = "another"
    file.write_text(json.dumps(other))
    refused = compare(empty_dhg, *variants, "--runs", "1", "--baseline", "first")
    assert refused.code == 2
    assert "another machine" in refused.err and "--any-machine" in refused.err
    asked = compare(empty_dhg, *variants, "--runs", "1", "--baseline", "first", "--any-machine")
    assert asked.code == 0
    assert "another machine" in asked.out


def test_failed_runs_are_no_baseline(empty_dhg):
    run = compare(empty_dhg, *externals(a="true", b="false"), "--runs", "1", "--save-baseline", "x")
    assert run.code == 1
    assert not (empty_dhg.cache / "baselines/x.json").exists()


LEARNERS = ("python.yaml", "--vary", "page_server.options.share=50,75", "-c", "print('hello')")


def faults_of(path):
    """By variant, those of its runs in their order."""
    faults = {}
    for run in checked_json(path)["runs"]:
        faults.setdefault(run["variant"], []).append(run["metrics"]["faults"])
    return faults


def notes_in(snapshot):
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in snapshot.glob("*notes.*")}


def test_each_variant_learns_for_itself(copied, tmp_path):
    dhg, snapshot = copied
    assert dhg("vm", "forget", "--all").code == 0
    out = tmp_path / "out.json"
    run = compare(dhg, *LEARNERS, "--runs", "4", "--warm-up", "0", f"--json={out}")
    assert run.code == 0, run.out + run.err
    assert "each variant learns for itself" in " ".join(run.out.split())
    assert checked_json(out)["learning"] == "apart"
    for faults in faults_of(out).values():  # three runs are recorded, then used
        assert min(faults[:3]) > 4 * faults[3], faults
    assert notes_in(snapshot) == {}
    assert not list((dhg.cache / "staging").iterdir())


def test_variants_learn_from_each_other_if_they_shall(copied, tmp_path):
    dhg, snapshot = copied
    assert dhg("vm", "forget", "--all").code == 0
    out = tmp_path / "out.json"
    run = compare(dhg, *LEARNERS, "--runs", "3", "--warm-up", "0", "--share-notes", f"--json={out}")
    assert run.code == 0, run.out + run.err
    assert "learn from each other (--share-notes)" in " ".join(run.out.split())
    assert checked_json(out)["learning"] == "together"
    runs = [run["metrics"]["faults"] for run in checked_json(out)["runs"]]
    assert min(runs[:3]) > 4 * max(runs[3:]), runs
    assert list(notes_in(snapshot)) == ["notes.working-set"]


def test_variants_begin_with_what_the_snapshot_has_and_leave_it_alone(copied, tmp_path):
    dhg, snapshot = copied
    made = dhg("vm", "prepare", "--image", "python")  # learns, unless it has
    assert made.code == 0, made.err
    before = notes_in(snapshot)
    assert list(before) == ["notes.working-set"]
    out = tmp_path / "out.json"
    flags = ("compare", *LEARNERS, "--runs", "2", "--warm-up", "0")
    reading = dhg.start(*flags, f"--json={out}")  # two comparisons at once
    writing = dhg.start(*flags, "--set", "page_server.options.record=true")
    for run in (reading, writing):
        shown, err = run.communicate(timeout=60)
        assert run.returncode == 0, shown + err
    assert max(map(max, faults_of(out).values())) < 700
    assert notes_in(snapshot) == before
    assert not list((dhg.cache / "staging").iterdir())


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_notes_are_left_by_a_comparison_that_is_ended(copied, number, code):
    dhg, snapshot = copied
    before = notes_in(snapshot)
    vmms = vmm_processes()
    run = dhg.start("compare", *LEARNERS[:-1], "import time; time.sleep(20)", "--runs", "1")
    assert wait_until(lambda: vmm_processes() - vmms, 20)
    assert list((dhg.cache / "staging").glob("compare.*/1"))
    run.send_signal(number)
    run.communicate(timeout=20)
    assert run.returncode == code
    assert wait_until(lambda: vmm_processes() == vmms)
    if number == signal.SIGKILL:  # whoever comes next tidies up
        assert dhg.exec("1").code == 0
    assert not list((dhg.cache / "staging").iterdir())
    assert notes_in(snapshot) == before or number == signal.SIGKILL


def test_page_servers_that_do_not_learn_need_no_notes(dhg, tmp_path):
    out = tmp_path / "out.json"
    run = compare(dhg, "python.yaml", "--vary", "page_server.plugin=file,lazy-4k", "-c", "1", "--runs",
                  "1", "--warm-up", "0", f"--json={out}")
    assert run.code == 0 and "learn" not in run.out
    assert checked_json(out)["learning"] is None


def test_notes_in_a_folder_of_ones_own(copied, tmp_path):
    dhg, snapshot = copied
    before = notes_in(snapshot)
    folder = tmp_path / "mine"
    missing = dhg.exec("1", "--set", f"page_server.notes={folder}")
    assert missing.code == 2 and f"'{folder}' is not a folder" in missing.err
    folder.mkdir()
    flags = ("--json", "--set", f"page_server.notes={folder}")
    assert [dhg.exec("1", *flags).json()["page_server"]["recorded_runs"] for _ in range(2)] == [1, 2]
    assert notes_in(snapshot) == before
    # A comparison leaves the choice to the config that makes one.
    run = compare(dhg, *LEARNERS, *flags[1:], "--runs", "1", "--warm-up", "0")
    assert run.code == 0, run.err
    assert dhg.exec("1", *flags).json()["page_server"]["recorded_runs"] == 3
