"""A user who may not handle page faults."""

import os
import pathlib
import shutil
import subprocess

import pytest
from conftest import BINARY

NOBODY = 65534


@pytest.fixture
def unprivileged(dhg):
    """Calls dhg as nobody, with a copy of the snapshot that belongs to nobody."""
    if os.geteuid() != 0 or pathlib.Path("/proc/sys/vm/unprivileged_userfaultfd").read_text() != "0\n":
        pytest.skip("needs root, and a host where others may not use userfaultfd")
    # pytest's own temporary folders are closed to others.
    cache = pathlib.Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    subprocess.run(["cp", "-r", "--sparse=always", *dhg.cache.iterdir(), cache], check=True)
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", cache], check=True)

    def call(*args):
        return subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", BINARY, *args],
            env={"PATH": os.environ["PATH"], "DHG_CACHE_DIR": str(cache),
                 "DHG_CONFIG": "python.yaml"},
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        )

    if call("--version").returncode != 0:
        pytest.skip("others cannot reach the installation")
    yield call
    shutil.rmtree(cache)


def test_what_is_used_instead_is_said(unprivileged):
    run = unprivileged("exec", "--vm", "-c", "print('hello')")
    assert (run.returncode, run.stdout) == (0, "hello\n")
    assert "page server 'file' instead of 'working-set'" in run.stderr


def test_a_comparison_says_it_too(unprivileged):
    run = unprivileged("compare", "python.yaml", "--vary", "page_server.plugin=file,lazy-4k", "-c",
                       "print(1)", "--runs", "1", "--warm-up", "0")
    assert run.returncode == 0, run.stdout + run.stderr
    said = " ".join(run.stdout.split())
    assert "note: variant 'lazy-4k' uses page server 'file' instead of 'lazy-4k'" in said


def test_without_leave_to_fall_back_it_is_an_error(unprivileged):
    run = unprivileged("exec", "--vm", "--set", "page_server.fallback=none", "-c", "print('hello')")
    assert run.returncode == 125
    assert "sysctl vm.unprivileged_userfaultfd=1" in run.stderr


def test_doctor_names_the_remedy(unprivileged):
    run = unprivileged("doctor")
    assert run.returncode == 1
    assert "-> sysctl vm.unprivileged_userfaultfd=1" in run.stdout
    assert "file.yaml" in run.stdout
