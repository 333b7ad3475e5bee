"""The life of snapshots: prepare, status, clean, and what damages them."""

import json
import os
import signal

import pytest
from conftest import vmm_processes, wait_until


def test_missing_snapshot(empty_dhg):
    run = empty_dhg.exec("print(1)")
    assert run.code == 125
    assert "dhg vm prepare" in run.err
    assert "was not run" in run.err


def test_prepare_again_does_nothing(dhg):
    before = {p: p.stat().st_mtime_ns for p in (dhg.cache / "snapshots").rglob("*")}
    run = dhg("vm", "prepare", "--image", "python")
    assert run.code == 0
    assert run.seconds < 3
    assert before == {p: p.stat().st_mtime_ns for p in (dhg.cache / "snapshots").rglob("*")}


def test_status(dhg):
    run = dhg("vm", "status")
    assert run.code == 0
    assert "python" in run.out and "complete" in run.out and "QEMU 7" in run.out
    listed = dhg("vm", "status", "--json").json()["snapshots"]
    [entry] = [snapshot for snapshot in listed if snapshot["name"] == "python-qemu-512m-1c"]
    assert entry["state"] == "complete"
    assert 0 < entry["allocated_bytes"] < entry["bytes"]


def test_status_can_verify(dhg):
    assert dhg("vm", "status", "--verify").code == 0


def test_status_of_nothing(empty_dhg):
    run = empty_dhg("vm", "status")
    assert run.code == 0
    assert "dhg vm prepare" in run.out


def test_copied_snapshot_works(copied):
    dhg, _ = copied
    assert dhg.exec("print('hello')").out == "hello\n"


def test_truncated_memory_file(copied):
    dhg, snapshot = copied
    os.truncate(snapshot / "memory", 1024 * 1024)
    run = dhg.exec("print(1)")
    assert run.code == 125
    assert "memory" in run.err and "1048576" in run.err and "dhg vm prepare" in run.err


def test_damaged_state_file(copied):
    dhg, snapshot = copied
    with open(snapshot / "state", "r+b") as state:
        state.seek(100)
        state.write(b"damaged")
    run = dhg.exec("print(1)")
    assert run.code == 125
    assert "state" in run.err


def test_damaged_memory_is_found_by_verify(copied):
    dhg, snapshot = copied
    with open(snapshot / "memory", "r+b") as memory:
        memory.seek(64 * 1024 * 1024)
        memory.write(b"damaged")
    run = dhg("vm", "status", "--verify")
    assert run.code == 1
    assert "memory" in run.out


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"format": 999}'])
def test_damaged_manifest(copied, text):
    dhg, snapshot = copied
    (snapshot / "manifest.json").write_text(text)
    run = dhg.exec("print(1)")
    assert run.code == 125
    assert "manifest" in run.err


def test_manifest_cannot_point_outside(copied):
    dhg, snapshot = copied
    manifest = json.loads((snapshot / "manifest.json").read_text())
    manifest["files"][0]["name"] = "../../../etc/passwd"
    (snapshot / "manifest.json").write_text(json.dumps(manifest))
    assert dhg.exec("print(1)").code == 125


def test_clean(copied):
    dhg, snapshot = copied
    assert dhg("vm", "clean", "--image", "python").code == 0
    assert not snapshot.exists()
    assert dhg.exec("print(1)").code == 125
    assert dhg("vm", "clean", "--image", "python").code == 0


def test_interrupted_prepare_leaves_the_old_snapshot(copied):
    dhg, snapshot = copied
    before = vmm_processes()
    run = dhg.start("vm", "prepare", "--image", "python", "--force")
    assert wait_until(lambda: vmm_processes() - before, 20)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    assert run.returncode == 130
    assert wait_until(lambda: vmm_processes() == before)
    assert not list((dhg.cache / "staging").iterdir())
    assert dhg.exec("print('hello')").out == "hello\n"


def test_killed_prepare_is_cleaned_up_later(copied):
    dhg, snapshot = copied
    before = vmm_processes()
    run = dhg.start("vm", "prepare", "--image", "python", "--force")
    assert wait_until(lambda: vmm_processes() - before, 20)
    run.kill()
    run.communicate(timeout=20)
    assert wait_until(lambda: vmm_processes() == before)
    assert dhg.exec("print('hello')").out == "hello\n"
    assert not list((dhg.cache / "staging").iterdir())


def test_prepare_again_by_force_while_others_run(copied):
    dhg, _ = copied
    running = dhg.start("exec", "--vm", "-c", "import time; print('up', flush=True); time.sleep(2); print('done')")
    assert running.stdout.readline() == b"up\n"
    made = dhg("vm", "prepare", "--image", "python", "--force", timeout=120)
    assert made.code == 0, made.err
    assert "warm-up" in made.err
    out, _ = running.communicate(timeout=20)
    assert (running.returncode, out) == (0, b"done\n")
    assert dhg.exec("print('hello')").out == "hello\n"


def test_unknown_image(empty_dhg):
    run = empty_dhg("vm", "prepare", "--image", "nonsense")
    assert run.code == 2
    assert "nonsense" in run.err


def test_two_prepares_at_once(copied):
    dhg, _ = copied
    before = vmm_processes()
    first = dhg.start("vm", "prepare", "--image", "python", "--force")
    assert wait_until(lambda: vmm_processes() - before, 20)
    second = dhg("vm", "prepare", "--image", "python", "--force")
    assert second.code == 125
    assert "another dhg" in second.err
    first.communicate(timeout=60)
    assert first.returncode == 0


def test_a_warm_up_of_ones_own(copied, tmp_path):
    dhg, _ = copied
    family = tmp_path / "own" / "mine"
    family.mkdir(parents=True)
    (family / "good.py").write_text("import colorsys\nprint(colorsys.rgb_to_hsv(1, 0, 0))\n")
    made = dhg("vm", "prepare", "--image", "python", "--warm-up", tmp_path / "own", timeout=200)
    assert made.code == 0, made.err
    assert "mine/good.py" in made.err and "MiB" in made.err
    assert dhg.exec("import sys; print('colorsys' in sys.modules)").out == "True\n"
    [status] = json.loads(dhg("vm", "status", "--json").out)["snapshots"]
    [mine] = [done for done in status["manifest"]["warmup"] if done["family"] == "mine"]
    assert mine["program"] == "good.py" and len(mine["ms"]) > 1 and mine["failure"] == ""
    again = dhg("vm", "prepare", "--image", "python", "--warm-up", tmp_path / "own")
    assert "already there" in again.err
    # One that fails leaves the old snapshot.
    (family / "worse.py").write_text("1 / 0\n")
    failed = dhg("vm", "prepare", "--image", "python", "--warm-up", tmp_path / "own", timeout=200)
    assert failed.code == 125
    assert "mine/worse.py" in failed.err and "ZeroDivisionError" in failed.err
    assert dhg.exec("print('hello')").out == "hello\n"


def test_a_warm_up_that_is_none(empty_dhg):
    run = empty_dhg("vm", "prepare", "--image", "python", "--warm-up", "fast")
    assert run.code == 2
    assert "quick" in run.err
