"""dhg page-server: memory for VMMs that other programs start. These here are a program
of its own that knows nothing of dhg, tests/fakes/foreign_vmm.py; no guest is needed."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest
from conftest import BINARY, wait_until

ROOT = pathlib.Path(__file__).parents[2]
VMM = ROOT / "tests/fakes/foreign_vmm.py"
PAGE = 4096
SIZE = 3 * 1024 * 1024 + 5 * PAGE
SERVERS = ["eager", "lazy-4k", "lazy-2m"]


@pytest.fixture
def memory(tmp_path):
    """A memory file with a hole in it."""
    path = tmp_path / "memory"
    with open(path, "wb") as file:
        for page in range(SIZE // PAGE):
            if not 100 <= page < 200:
                file.seek(page * PAGE)
                file.write(os.urandom(8).replace(b"\0", b"x") + bytes([page % 251 + 1]) * (PAGE - 8))
        file.truncate(SIZE)
    return path


class Server:
    def __init__(self, dhg, folder, memory, *options):
        self.socket = folder / "uffd.sock"
        self.process = dhg.start("page-server", "--socket", self.socket, "--memory", memory, *options)
        assert wait_until(self.socket.exists), self.process.communicate(timeout=5)
        self.line = self.process.stderr.readline()

    def end(self, signal_number=None, timeout=20):
        """@return exit code, reports, stderr"""
        if signal_number:
            self.process.send_signal(signal_number)
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


@pytest.fixture
def serve(empty_dhg, tmp_path, memory):
    started = []

    def start(*options):
        started.append(Server(empty_dhg, tmp_path, memory, *options))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


@pytest.fixture
def vmm(tmp_path, memory):
    started = []

    def start(behaviour):
        started.append(subprocess.Popen(
            [sys.executable, VMM, tmp_path / "uffd.sock", memory, behaviour],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line(vmm):
    return vmm.stdout.readline().strip()


def tell(vmm):
    vmm.stdin.write("\n")
    vmm.stdin.flush()


@pytest.mark.parametrize("name", SERVERS)
def test_a_foreign_vmm_reads_what_the_file_holds(serve, vmm, name):
    server = serve("--page-server", name)
    assert b"waiting for a VMM" in server.line
    client = vmm("read")
    assert line(client) == f"right {SIZE // PAGE}"
    code, [report], _ = server.end()
    assert code == 0
    assert report["page_server"] == name
    assert report["vm"] == 1 and report["pid"] == client.pid
    assert report["outcome"] == "ended" and report["error"] is None
    assert report["copied_bytes"] == SIZE - 100 * PAGE
    assert report["zeroed_bytes"] == 100 * PAGE
    assert report["faults"] > 0 or name == "eager"
    assert report["seconds"] > 0
    assert [p["name"] for p in report["phases"]] == ["preload", "handoff", "attach"]
    assert not server.socket.exists()


def test_many_vms_at_once_then_one_more(serve, vmm):
    server = serve("--many", "--page-server", "lazy-4k")
    held = [vmm("hold") for _ in range(3)]
    assert [line(client) for client in held] == ["ready"] * 3
    for client in held:
        tell(client)
    assert [line(client) for client in held] == [f"right {SIZE // PAGE}"] * 3
    last = vmm("read")
    assert line(last) == f"right {SIZE // PAGE}"
    last.wait(timeout=5)
    for client in held:
        client.wait(timeout=5)
    code, reports, _ = server.end(signal.SIGTERM)
    assert code == 128 + signal.SIGTERM
    assert [report["vm"] for report in reports] == [1, 2, 3, 4]
    assert {report["pid"] for report in reports} == {client.pid for client in [*held, last]}
    assert {report["outcome"] for report in reports} == {"ended"}


def test_only_one_vm_without_many(serve, vmm):
    server = serve()
    client = vmm("hold")
    assert line(client) == "ready"
    assert wait_until(lambda: not server.socket.exists())  # who comes now is told so at once
    client.kill()
    code, [report], _ = server.end()
    assert (code, report["outcome"]) == (0, "ended")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_vm_too_and_reports(serve, vmm, number):
    server = serve()
    client = vmm("hold")
    assert line(client) == "ready"
    code, [report], _ = server.end(number)
    assert code == 128 + number
    assert report["outcome"] == "failed" and f"signal {number}" in report["error"]
    assert client.wait(timeout=5) == -signal.SIGKILL
    assert not server.socket.exists()


def test_a_signal_before_any_vm(serve):
    server = serve()
    assert server.end(signal.SIGINT)[:2] == (130, [])
    assert not server.socket.exists()


def test_the_time_limit(serve, vmm):
    server = serve("--timeout", "2s")
    client = vmm("hold")
    assert line(client) == "ready"
    code, [report], _ = server.end()
    assert code == 124
    assert "time limit" in report["error"]
    assert client.wait(timeout=5) == -signal.SIGKILL


def test_a_killed_page_server_takes_its_vm_along(serve, vmm):
    server = serve()
    client = vmm("careless")  # its memory would read as zeros
    assert line(client) == "ready"
    server.process.kill()
    tell(client)
    assert client.wait(timeout=2) == -signal.SIGKILL
    assert "zeros" not in client.stdout.read()


def test_a_file_that_is_cut_short_ends_the_vm_with_a_reason(serve, vmm, memory):
    server = serve("--page-server", "lazy-4k")
    client = vmm("careless")
    assert line(client) == "ready"
    os.truncate(memory, PAGE)
    tell(client)
    assert client.wait(timeout=5) == -signal.SIGKILL
    assert client.stdout.read() == ""
    code, [report], _ = server.end()
    assert code == 125
    assert report["outcome"] == "failed" and "memory file cannot be read" in report["error"]


def test_who_hands_no_memory_over_is_turned_away_and_lives(serve, vmm):
    server = serve()
    stranger = vmm("junk")
    assert line(stranger) == "alone"
    client = vmm("read")
    assert line(client) == f"right {SIZE // PAGE}"
    code, [report], err = server.end()
    assert code == 0 and report["pid"] == client.pid
    assert f"process {stranger.pid} was turned away" in err
    assert stranger.poll() is None


def test_a_bad_handshake_with_memory_ends_the_vmm(serve, vmm):
    server = serve()
    client = vmm("overlap")
    assert client.wait(timeout=5) == -signal.SIGKILL
    assert "wrong" not in client.stdout.read()
    code, [report], _ = server.end()
    assert code == 125
    assert "overlap in memory" in report["error"]


@pytest.mark.parametrize("options", [
    ["eager"], ["lazy-4k"], ["lazy-2m"], ["hybrid"], ["working-set"],
    ["hybrid", "--set", "page_server.options.background=all"],
], ids="-".join)
def test_a_vmm_that_maps_something_over_its_memory_lives(serve, vmm, options):
    server = serve("--page-server", *options)
    client = vmm("over")
    assert line(client) == "ready"
    time.sleep(0.1)  # for what is copied in the background
    tell(client)
    assert line(client) == f"right {SIZE // PAGE}"
    code, [report], _ = server.end()
    assert (code, report["outcome"], report["error"]) == (0, "ended", None)


def test_memory_that_is_longer_than_the_file_is_refused_with_both_sizes(serve, vmm):
    server = serve()
    client = vmm("longer")
    assert client.wait(timeout=5) == -signal.SIGKILL
    assert client.stdout.read() == ""
    code, [report], _ = server.end()
    assert code == 125 and report["faults"] == 0
    assert str(SIZE) in report["error"] and str(2 * SIZE) in report["error"]


def test_a_file_that_is_cut_between_two_vms_is_refused_with_both_sizes(serve, vmm, memory):
    server = serve("--many")
    client = vmm("read")
    assert line(client) == f"right {SIZE // PAGE}"
    # The VMM has opened the file before.
    late = vmm("late")
    assert line(late) == "ready"
    os.truncate(memory, SIZE - PAGE)
    tell(late)
    assert late.wait(timeout=5) == -signal.SIGKILL
    code, [_, report], _ = server.end(signal.SIGTERM)
    assert report["faults"] == 0
    assert str(SIZE) in report["error"] and str(SIZE - PAGE) in report["error"]


def zombies_of(pid):
    found = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            with contextlib.suppress(OSError):
                stat_line = pathlib.Path(f"/proc/{child}/stat").read_text()
                found += stat_line.rpartition(")")[2].split()[0] == "Z"
    return found


def test_vms_that_end_while_they_are_served_leave_no_zombies(serve, vmm, memory):
    # So much that the memory is gone a while before the process has ended.
    with open(memory, "wb") as file:
        for _ in range(192):
            file.write(b"x" * 1024 * 1024)
    server = serve("--many", "--page-server", "hybrid",
                   "--set", "page_server.options.background=all")
    for number in range(6):
        client = vmm("hold")
        assert line(client) == "ready"
        time.sleep(0.01 * number)
        client.kill()
        client.wait(timeout=5)
    assert wait_until(lambda: zombies_of(server.process.pid) == 0)
    code, reports, _ = server.end(signal.SIGTERM)
    assert code == 128 + signal.SIGTERM
    assert [report["outcome"] for report in reports] == ["ended"] * 6


def test_a_vmm_that_may_not_be_killed_waits_and_reads_no_zeros(empty_dhg, memory):
    if os.geteuid() != 0:
        pytest.skip("needs root, to run a page server as somebody else")
    # pytest's own temporary folders are closed to others.
    folder = pathlib.Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o777)
    copy = shutil.copy(memory, folder / "memory")
    path = folder / "uffd.sock"
    server = subprocess.Popen(
        [BINARY, "page-server", "--socket", path, "--memory", copy, "--page-server", "lazy-4k"],
        env={**empty_dhg.env, "DHG_CACHE_DIR": str(folder)}, user=65534, group=65534,
        extra_groups=[], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    client = None
    try:
        assert wait_until(path.exists)
        client = subprocess.Popen([sys.executable, VMM, path, copy, "careless"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert line(client) == "ready"
        os.truncate(copy, PAGE)
        tell(client)
        assert server.stderr.readline().startswith("dhg: waiting")
        assert "may not be killed" in server.stderr.readline()
        server.kill()
        server.communicate()
        time.sleep(0.2)
        assert client.poll() is None  # its guard holds the descriptor now
        client.kill()
        assert client.communicate()[0] == ""
    finally:
        for process in filter(None, (server, client)):
            process.kill()
            process.communicate()
        shutil.rmtree(folder)


def refused(dhg, *arguments):
    run = dhg("page-server", *arguments, timeout=10)
    assert run.code == 2, run.err
    assert run.out == ""
    return run.err


def test_mistakes_are_named(empty_dhg, tmp_path, memory):
    path = tmp_path / "s.sock"
    long = tmp_path / ("x" * 120)
    existing = tmp_path / "file"
    existing.write_text("mine")
    odd = tmp_path / "odd"
    odd.write_bytes(b"x" * 5000)
    given = ["--memory", memory]
    assert "--socket" in refused(empty_dhg, *given) or "socket" in refused(empty_dhg, *given)
    assert "too long" in refused(empty_dhg, "--socket", long, *given)
    assert "already exists" in refused(empty_dhg, "--socket", existing, *given)
    assert existing.read_text() == "mine"
    assert "No such file" in refused(empty_dhg, "--socket", tmp_path / "no" / "s", *given)
    assert "No such file" in refused(empty_dhg, "--socket", path, "--memory", tmp_path / "none")
    assert "5000 bytes" in refused(empty_dhg, "--socket", path, "--memory", odd)
    assert "nothing to serve" in refused(empty_dhg, "--socket", path, *given, "--page-server", "file")
    assert "nobody" in refused(empty_dhg, "--socket", path, *given, "--page-server", "nobody")
    assert "threads" in refused(empty_dhg, "--socket", path, *given, "--page-server", "eager",
                                "--set", "page_server.options.threads=many")
    assert not path.exists()


def test_what_somebody_put_in_the_sockets_place_stays(serve):
    server = serve()
    server.socket.unlink()
    server.socket.write_text("theirs")
    assert server.end(signal.SIGTERM)[0] == 143
    assert server.socket.read_text() == "theirs"


def test_the_documented_lines_are_firecrackers(serve):
    """docs/page-server-command.md shows a body for PUT /snapshot/load."""
    text = (ROOT / "docs/page-server-command.md").read_text()
    [body] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    backend = json.loads(body)["mem_backend"]
    assert backend == {"backend_type": "Uffd", "backend_path": "/run/uffd.sock"}
    assert stat.S_ISSOCK(serve().socket.stat().st_mode)
