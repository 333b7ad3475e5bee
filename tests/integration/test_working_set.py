"""What a page server learns from runs, where pages come from, and recordings of faults."""

import os

import pytest

DEFAULT = ("--set", "page_server.plugin=working-set")


def run_json(dhg, *flags, code="print('hello')"):
    report = dhg.exec(code, "--json", *flags).json()
    assert report["exit_code"] == 0, report
    return report


@pytest.fixture
def learnt_snapshot(copied):
    """A snapshot of which working-set has learnt from the representative programs."""
    dhg, snapshot = copied
    (snapshot / "notes.working-set").unlink(missing_ok=True)
    made = dhg("vm", "prepare", "--image", "python", *DEFAULT)
    assert made.code == 0, made.err
    return dhg, snapshot


def test_prepare_lets_it_learn_and_the_first_run_gains(learnt_snapshot):
    dhg, _ = learnt_snapshot
    lazy = run_json(dhg, "--set", "page_server.plugin=lazy-4k")
    learnt = run_json(dhg, *DEFAULT)
    assert learnt["page_server"]["recorded_runs"] >= 3
    assert learnt["page_server"]["faults_avoided_share"] > 0.5
    assert learnt["memory"]["faults"] < lazy["memory"]["faults"] / 4


def test_a_recorded_run_tells_exactly(learnt_snapshot):
    dhg, _ = learnt_snapshot
    before = run_json(dhg, *DEFAULT)["page_server"]
    figures = run_json(dhg, *DEFAULT, "--set", "page_server.options.record=true")["page_server"]
    assert figures["recorded_runs"] == before["recorded_runs"] + 1
    assert 0.5 < figures["faults_avoided_share"] <= 1
    assert 0 <= figures["copied_in_vain_share"] < 0.8


def test_without_notes_it_records_and_then_uses_them(copied):
    dhg, snapshot = copied
    (snapshot / "notes.working-set").unlink(missing_ok=True)
    faults = [run_json(dhg, *DEFAULT)["memory"]["faults"] for _ in range(4)]
    assert faults[0] > 500 and faults[2] > 500
    assert faults[3] < faults[0] / 4
    assert dhg("vm", "status", "--verify").code == 0


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 1000])
def test_damaged_notes_do_no_harm(copied, damage):
    dhg, snapshot = copied
    (snapshot / "notes.working-set").write_bytes(damage)
    assert run_json(dhg, *DEFAULT)["page_server"]["recorded_runs"] == 1


def test_notes_that_cannot_be_kept_are_said(copied):
    dhg, snapshot = copied
    notes = snapshot / "notes.working-set"
    notes.unlink(missing_ok=True)
    notes.mkdir()
    run = dhg.exec("print('hello')", *DEFAULT)
    assert (run.code, run.out) == (0, "hello\n")
    assert "what it learnt is not saved" in run.err


def test_page_sources(copied):
    dhg, snapshot = copied
    for source in ["direct", "compressed", "compressed"]:
        for server in ["working-set", "lazy-4k", "eager"]:
            run = dhg.exec("print(sum(range(10**5)))", "--set", f"page_source={source}",
                           "--set", f"page_server.plugin={server}")
            assert (run.code, run.out) == (0, "4999950000\n"), run.err
    copy = snapshot / "memory.zst"
    assert copy.stat().st_size < (snapshot / "memory").stat().st_blocks * 512
    with copy.open("r+b") as file:  # each frame has its checksum
        file.seek(copy.stat().st_size // 2)
        file.write(os.urandom(copy.stat().st_size // 2))
    run = dhg.exec("print('read')", "--set", "page_source=compressed",
                   "--set", "page_server.plugin=eager")
    assert (run.code, run.out) == (0, "read\n")
    assert "the compressed copy of the snapshot is damaged" in run.err


def test_a_private_mapping_has_no_page_source_and_no_faults(dhg, tmp_path):
    for flag in ["page_source=direct", f"page_server.record={tmp_path}/faults"]:
        run = dhg.exec("print(1)", "--set", "page_server.plugin=file", "--set", flag)
        assert run.code == 2, run.err


def test_a_recording_has_every_fault(dhg, tmp_path):
    path = tmp_path / "faults"
    report = run_json(dhg, "--set", "page_server.plugin=lazy-4k",
                      "--set", f"page_server.record={path}")
    lines = path.read_text().splitlines()
    assert lines[0] == "dhg fault recording 1"
    # The last few are served after the figures were taken.
    assert 0 <= len(lines) - 1 - report["memory"]["faults"] < 100
    offsets = [int(line.split()[0]) for line in lines[1:]]
    assert all(offset % 4096 == 0 for offset in offsets)
    times = [int(line.split()[2]) for line in lines[1:]]
    assert times == sorted(times)
