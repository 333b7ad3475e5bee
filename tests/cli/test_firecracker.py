"""dhg with the firecracker launcher: on the fake (tests/fakes), which is told to
misbehave; and on a real Firecracker where there is one, and KVM."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
from conftest import (
    ON_FIRECRACKER,
    PAGE_SERVERS,
    Dhg,
    real_firecracker,
    wait_until,
    why_no_real_firecracker,
)

FAKE = pathlib.Path(__file__).resolve().parents[1] / "fakes/fake_firecracker.py"
ON_THE_FAKE = (*ON_FIRECRACKER, "--set", "launcher.options.check_kvm=false")
RESTORE = ["PUT /snapshot/load", "PATCH /vm", "CONNECT"]


class Fake:
    """The fake, as a program of its own, and dhg that uses it."""

    def __init__(self, folder, images):
        self.folder = folder / "fake"
        self.folder.mkdir()
        self.program = self.folder / "firecracker"
        self.program.write_text(f'#!/bin/sh\nexec {FAKE} --control {self.folder} "$@"\n')
        self.program.chmod(0o755)
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700)
        self.dhg = Dhg(folder / "cache")
        self.dhg.env["DHG_FIRECRACKER"] = str(self.program)
        self.dhg.env["XDG_RUNTIME_DIR"] = str(self.runtime)
        shutil.copytree(images, self.dhg.cache / "images", copy_function=os.link)
        made = self.prepare()
        assert made.code == 0, made.err

    def prepare(self, *options, **keywords):
        return self.dhg("vm", "prepare", *ON_THE_FAKE, *options, **keywords)

    def exec(self, code, *options, **keywords):
        return self.dhg.exec(code, *ON_THE_FAKE, *options, **keywords)

    def misbehave(self, how):
        (self.folder / "misbehave").write_text(how)

    def behave(self):
        (self.folder / "misbehave").unlink(missing_ok=True)
        (self.folder / "calls").unlink(missing_ok=True)

    def calls(self):
        calls = self.folder / "calls"
        return calls.read_text().splitlines() if calls.exists() else []

    def left_behind(self):
        return [str(p) for p in self.runtime.glob("dhg/*")]

    def processes(self):
        found = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True)
        return found.stdout.split()


@pytest.fixture(scope="module")
def made(prepared, tmp_path_factory):
    return Fake(tmp_path_factory.mktemp("firecracker"), prepared.cache / "images")


@pytest.fixture
def fake(made):
    made.behave()
    yield made
    made.behave()
    assert made.left_behind() == []
    assert wait_until(lambda: not made.processes()), "a fake Firecracker was left running"


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_hello(fake, server):
    run = fake.exec("print('hello')", "--set", f"page_server.plugin={server}")
    assert (run.code, run.out, run.err) == (0, "hello\n", "")


def test_a_restore_is_one_load_one_resume_and_one_connection(fake):
    assert fake.exec("pass").code == 0
    assert fake.calls() == RESTORE


def test_prepare_describes_the_machine_and_saves_it(fake):
    made = fake.prepare("--force", "--set", "page_server.plugin=lazy-4k")  # which learns nothing
    assert made.code == 0, made.err
    calls = [call for call in fake.calls() if not call.startswith("CONNECT refused")]
    assert calls == [
        "GET /version", "PUT /machine-config", "PUT /boot-source", "PUT /drives/rootfs",
        "PUT /balloon", "PUT /vsock", "PUT /actions", "CONNECT",
        "PATCH /balloon", "GET /balloon/statistics", "PATCH /balloon", "GET /balloon/statistics",
        "PATCH /vm", "PUT /snapshot/create",
    ]
    [snapshot] = (fake.dhg.cache / "snapshots").iterdir()
    assert re.fullmatch("python-firecracker[.][0-9a-f]{8}-128m-1c", snapshot.name)
    assert (snapshot / "memory").stat().st_size == 128 * 1024 * 1024
    assert (snapshot / "state").stat().st_mode & 0o777 == 0o600


def test_status_names_the_vmm(fake):
    assert "Firecracker 1.16.1 (firecracker) on kvm" in fake.dhg("vm", "status").out


def test_json_names_what_was_used(fake):
    report = fake.exec("1 + 1", "--json", "--set", "page_server.plugin=lazy-4k").json()
    assert report["plugins"]["launcher"] == "firecracker"
    assert report["result_repr"] == "2"
    assert report["memory"]["faults"] > 0


def test_the_config_file(fake):
    run = fake.dhg("exec", "--vm", "--config", "firecracker.yaml", "--image", "python",
                   *ON_THE_FAKE, "-c", "print(1)")
    assert (run.code, run.out) == (0, "1\n"), run.err


def test_the_programs_end_is_passed_on(fake):
    assert fake.exec("import sys; sys.exit(7)").code == 7
    assert fake.exec("import os; os._exit(9)").code == 9
    assert fake.exec("import os; os.kill(os.getpid(), 11)").code == 128 + 11


def test_parallel_runs_do_not_collide(fake):
    runs = [
        fake.dhg.start("exec", "--vm", *ON_THE_FAKE, "-c", f"import time; time.sleep(0.5); print({i})")
        for i in range(4)
    ]
    assert [run.communicate(timeout=60)[0] for run in runs] == [b"0\n", b"1\n", b"2\n", b"3\n"]


def test_a_timeout_ends_it(fake):
    run = fake.exec("while True: pass", "--timeout", "2s")
    assert run.code == 124


@pytest.mark.parametrize("how", ["slow", "pieces", "balloon", "late-agent"])
def test_what_is_only_unusual_works(fake, how):
    fake.misbehave(how)
    run = fake.exec("import time; time.sleep(0.3); print('hello')", "--set",
                    "page_server.plugin=lazy-4k")
    assert (run.code, run.out, run.err) == (0, "hello\n", "")
    if how == "late-agent":
        assert fake.calls() == RESTORE[:2] + ["CONNECT refused"] * 20 + ["CONNECT"]


@pytest.mark.parametrize(
    "how, words",
    [
        ("refuse-load", "Firecracker refused 'PUT /snapshot/load' (400): PUT /snapshot/load is refused"),
        ("refuse-vm", "Firecracker refused 'PATCH /vm' (400)"),
        ("close", "closed its API socket instead of answering 'PUT /snapshot/load'"),
        ("no-http", "Firecracker's answer to 'PUT /snapshot/load' is not HTTP"),
        ("die-at-once", "Firecracker exited with status 148: Error: died, as it was asked for"),
        ("die-in-load", "Firecracker exited with status 148: Error: died, as it was asked for"),
        ("end-in-handshake", "the VMM closed the connection in the middle of it"),
        ("wrong-handshake", "memory handshake is not valid"),
        ("no-agent", "the guest's agent cannot be reached"),
    ],
)
def test_what_goes_wrong_has_a_reason(fake, how, words):
    fake.misbehave(how)
    run = fake.exec("print('never')", "--set", "page_server.plugin=lazy-4k")
    assert (run.code, run.out) == (125, "")
    assert words in run.err
    assert "the code was not run" in run.err
    assert run.seconds < 10


def test_a_flood_on_the_console_is_dropped_and_hangs_nobody(fake):
    fake.misbehave("flood")
    run = fake.exec("print('hello')")
    assert (run.code, run.out, run.err) == (0, "hello\n", "")
    assert run.seconds < 10


def test_a_vmm_that_dies_in_the_handshake(fake):
    fake.misbehave("die-in-handshake")
    run = fake.exec("print('never')", "--set", "page_server.plugin=lazy-4k")
    assert (run.code, run.out) == (125, "")
    # Its end and that of the handshake are heard in either order, and both are the reason.
    assert "exited with status 148" in run.err or "in the middle of it" in run.err
    assert run.seconds < 10


def test_a_vmm_that_dies_while_the_program_runs(fake):
    fake.misbehave("die-later")
    run = fake.exec("import time; print('begun', flush=True); time.sleep(30)")
    assert (run.code, run.out) == (125, "begun\n")
    assert "Firecracker exited with status 148" in run.err
    assert "the code may have run" in run.err


@pytest.mark.parametrize("how", ["silent", "no-handshake"])
def test_a_vmm_that_says_nothing_can_be_interrupted(fake, how):
    fake.misbehave(how)
    run = fake.dhg.start("exec", "--vm", *ON_THE_FAKE, "--set", "page_server.plugin=lazy-4k",
                         "-c", "print('never')")
    assert wait_until(lambda: "PUT /snapshot/load" in fake.calls())
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=10)
    assert (run.returncode, out) == (130, b"")
    timed = fake.exec("print('never')", "--timeout", "1s", "--set", "page_server.plugin=lazy-4k")
    assert timed.code == 124
    assert timed.seconds < 5


def test_a_boot_without_an_agent_can_be_interrupted(fake):
    """An agent has a minute to come up; the user need not wait for it."""
    fake.misbehave("no-agent")
    with fake.dhg.start("vm", "prepare", *ON_THE_FAKE, "--force") as run:
        try:
            assert wait_until(lambda: "CONNECT refused" in fake.calls())
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=10)
        finally:
            run.kill()
    assert run.returncode == 130
    assert wait_until(lambda: not fake.processes()), "the VMM outlived dhg"


def test_a_vmm_that_says_nothing_while_it_boots_can_be_interrupted(fake):
    fake.misbehave("silent-in-boot")
    with fake.dhg.start("vm", "prepare", *ON_THE_FAKE, "--force") as run:
        try:
            assert wait_until(lambda: "PUT /boot-source" in fake.calls(), 20)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=10)
        finally:
            run.kill()
    assert run.returncode == 130
    assert b"interrupted; partial work was removed" in err


def test_training_that_is_interrupted_leaves_the_snapshot(fake):
    learning = ("--set", "page_server.plugin=working-set")
    with fake.dhg.start("vm", "prepare", *ON_THE_FAKE, *learning, "--force", bufsize=0) as run:
        try:
            line = b""
            while b"is learning from" not in line:
                line = run.stderr.readline()
                assert line, "it has not learnt"
            fake.misbehave("stuck-guest")  # from the next of its runs on, none ends by itself
            assert wait_until(lambda: "PUT /snapshot/load" in fake.calls(), 20)
            run.send_signal(signal.SIGINT)
            _, err = run.communicate(timeout=20)
        finally:
            run.kill()
    assert run.returncode == 130
    assert b"interrupted; the snapshot is complete and stays" in err
    fake.behave()
    assert fake.exec("print('hello')", *learning).out == "hello\n"


def test_the_dead_leave_nothing_for_long(fake):
    run = fake.dhg.start("exec", "--vm", *ON_THE_FAKE, "-c",
                         "import time; print('up', flush=True); time.sleep(30)")
    assert run.stdout.readline() == b"up\n"
    [folder] = fake.left_behind()
    run.kill()
    run.communicate(timeout=10)
    assert wait_until(lambda: not fake.processes()), "the VMM outlived dhg"
    assert fake.left_behind() == [folder]
    assert fake.exec("pass").code == 0
    assert fake.left_behind() == []


def test_an_old_firecracker_is_refused(fake):
    fake.misbehave("old")
    made = fake.prepare("--force")
    assert made.code == 125
    assert "is 1.16.0, and 1.16.1 is needed" in made.err


def test_a_boot_that_is_refused(fake):
    fake.misbehave("refuse-machine-config")
    made = fake.prepare("--force")
    assert made.code == 125
    assert "Firecracker refused 'PUT /machine-config'" in made.err
    assert not list((fake.dhg.cache / "staging").iterdir())
    fake.behave()
    assert fake.exec("print('still there')").out == "still there\n"


def test_a_guest_that_ends_its_machine_while_it_boots(fake):
    fake.misbehave("die-in-boot")
    made = fake.prepare("--force")
    assert made.code == 125
    assert "Firecracker exited with status 148: Error: died, as it was asked for" in made.err
    assert made.seconds < 10


def test_no_firecracker(fake):
    run = fake.exec("pass", env={"DHG_FIRECRACKER": "/nowhere/firecracker"})
    assert run.code == 125
    assert "'/nowhere/firecracker' cannot be executed" in run.err
    assert fake.exec("pass", env={"DHG_FIRECRACKER": "firecracker"}).code == 2


def test_another_firecracker_than_the_snapshots(fake, tmp_path):
    other = tmp_path / "firecracker"
    shutil.copy(fake.program, other)
    run = fake.exec("pass", "--set", f"launcher.options.binary={other}")
    assert run.code == 125
    assert "there is no snapshot 'python-firecracker." in run.err
    assert f"--set launcher.options.binary={other}" in run.err


def test_a_snapshot_belongs_to_its_launcher(fake, tmp_path):
    run = fake.dhg.exec("pass", "--set", "machine.memory=128MiB")
    assert run.code == 125
    assert "there is no snapshot 'python-qemu-128m-1c'" in run.err
    # Under another's name it is still its own.
    other = Dhg(tmp_path / "cache")
    shutil.copytree(fake.dhg.cache, other.cache, copy_function=os.link)
    snapshots = other.cache / "snapshots"
    [made] = snapshots.iterdir()
    made.rename(snapshots / "python-qemu-128m-1c")
    run = other.exec("pass", "--set", "machine.memory=128MiB")
    assert run.code == 125
    assert "belongs to the launcher 'firecracker', not to 'qemu'" in run.err


def test_clean(fake, tmp_path):
    other = Dhg(tmp_path / "cache")
    shutil.copytree(fake.dhg.cache, other.cache, copy_function=os.link)
    assert other("vm", "clean", "--image", "python").code == 0
    assert not list((other.cache / "snapshots").iterdir())


def test_kvm_is_looked_at_before(fake):
    """Here, or where there is no KVM: with it, there is nothing to refuse."""
    doctor = fake.dhg("doctor", *ON_FIRECRACKER)
    assert "KVM" in doctor.out
    if doctor.code != 0:
        made = fake.dhg("vm", "prepare", *ON_FIRECRACKER, "--force")
        assert made.code == 125
        assert "KVM" in made.err and "launcher.plugin=qemu" in made.err


def test_a_real_firecracker(prepared, tmp_path):
    if (why := why_no_real_firecracker()) is not None:
        pytest.skip(why)
    dhg = Dhg(tmp_path / "cache")
    dhg.env["DHG_FIRECRACKER"] = real_firecracker()
    shutil.copytree(prepared.cache / "images", dhg.cache / "images", copy_function=os.link)
    made = dhg("vm", "prepare", *ON_FIRECRACKER, timeout=300)
    assert made.code == 0, made.err
    for server in PAGE_SERVERS:
        chosen = ("--set", f"page_server.plugin={server}")
        run = dhg.exec("print('hello')", *ON_FIRECRACKER, *chosen)
        assert (run.code, run.out, run.err) == (0, "hello\n", "")
        assert dhg.exec("import os; os._exit(9)", *ON_FIRECRACKER, *chosen).code == 9
