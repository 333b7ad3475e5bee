"""What Firecracker answers: the same conversations with the fake (tests/fakes) and, where
there is one and KVM can make a machine, with a real one. So the fake stays what it stands
for, and `dhg page-server` serves a VMM that knows nothing of it. No guest gets anywhere."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest
from conftest import PAGE_SERVERS, real_firecracker, wait_until, why_no_machine_on_firecracker
from firecracker_api import Vmm

FAKE = pathlib.Path(__file__).resolve().parents[1] / "fakes/fake_firecracker.py"
PAGE = 4096
BEFORE_START = "The requested operation is not supported before starting the microVM."
AFTER_START = "The requested operation is not supported after starting the microVM."


@pytest.fixture(scope="module")
def folder():
    """A short path: pytest's own are too long for sockets."""
    with tempfile.TemporaryDirectory(prefix="fc-") as path:
        yield pathlib.Path(path)


@pytest.fixture(scope="module", params=["fake", "real"])
def program(request, folder):
    if request.param == "real":
        if (why := why_no_machine_on_firecracker()) is not None:
            pytest.skip(why)
        return real_firecracker()
    control = folder / "fake"
    control.mkdir()
    (control / "misbehave").write_text("stuck-guest")
    path = control / "firecracker"
    path.write_text(f'#!/bin/sh\nexec {FAKE} --control {control} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def image(prepared, folder):
    built = next((prepared.cache / "images").glob("python-*/vmlinux")).parent
    result = folder / "image"
    if not result.exists():
        result.mkdir()
        for name in ("vmlinux", "vmlinuz", "rootfs.erofs"):
            (result / name).symlink_to(built / name)
        (result / "initrd").write_bytes(bytes(PAGE))
    return result


@pytest.fixture
def start(program, image, folder):
    """Starts a Firecracker; all of them end with the test."""
    started = []

    def make():
        started.append(Vmm(program, image, folder / f"vm{len(started)}"))
        return started[-1]

    yield make
    for vmm in started:
        vmm.end()


@pytest.fixture(scope="module")
def snapshot(program, image, folder):
    """A machine that was paused when it had just begun, with holes in its memory file."""
    result = pathlib.Path(tempfile.mkdtemp(dir=folder))
    vmm = Vmm(program, image, folder / "saved")
    vmm.configure()
    assert vmm.start() == (204, None)
    assert vmm.state("Paused") == (204, None)
    assert vmm.save(result) == (204, None)
    vmm.end()
    subprocess.run(["fallocate", "--dig-holes", result / "memory"], check=True)
    return result


def test_each_call_of_the_launcher_is_taken(start, snapshot):
    vmm = start()
    assert vmm.configure() == [204] * 5
    assert vmm.start() == (204, None)
    status, statistics = vmm.call("GET", "/balloon/statistics")
    assert (status, statistics["actual_mib"], statistics["target_mib"]) == (200, 0, 0)
    vmm = start()
    assert vmm.load(snapshot) == (204, None)
    assert vmm.vsock.is_socket()
    assert vmm.state("Resumed") == (204, None)
    assert vmm.state("Paused") == (204, None)


def test_the_version_is_told_twice(start, program):
    status, told = start().call("GET", "/version")
    printed = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    assert status == 200
    assert printed.splitlines()[0] == "Firecracker v" + told["firecracker_version"]


@pytest.mark.parametrize(
    "method, path, body, words",
    [
        ("PATCH", "/vm", {"state": "Paused"}, BEFORE_START),
        ("PATCH", "/balloon", {"amount_mib": 1}, BEFORE_START),
        ("GET", "/balloon/statistics", None, BEFORE_START),
        ("PUT", "/snapshot/create", {"snapshot_path": "s", "mem_file_path": "m"}, BEFORE_START),
        ("GET", "/nothing", None, "Invalid request method and/or path: GET nothing."),
        ("PUT", "/machine-config", {"vcpu_count": 0, "mem_size_mib": 128}, "number of vCPUs"),
        ("PUT", "/machine-config", {"vcpu_count": 33, "mem_size_mib": 128}, "number of vCPUs"),
        ("PUT", "/machine-config", {"vcpu_count": 1, "mem_size_mib": 0}, "The memory size (MiB)"),
        ("PUT", "/machine-config", {"vcpu_count": 1}, "missing field `mem_size_mib`"),
        ("PUT", "/machine-config", {"vcpu_count": 1, "mem_size_mib": 1, "x": 1}, "unknown field `x`"),
        ("PUT", "/machine-config", {"vcpu_count": "1", "mem_size_mib": 1}, "invalid type"),
        ("PUT", "/boot-source", {"kernel_image_path": "/nowhere"}, "The kernel file cannot be opened"),
        ("PUT", "/drives/rootfs", {"drive_id": "rootfs", "path_on_host": "/nowhere",
                                   "is_root_device": False, "is_read_only": True},
         "Error manipulating the backing file: No such file or directory"),
        ("PUT", "/actions", {"action_type": "Nope"}, "unknown variant `Nope`"),
    ],
)
def test_a_call_that_is_refused_before_the_start(start, method, path, body, words):
    vmm = start()
    status, fault = vmm.call(method, path, body)
    assert status == 400 and words in fault
    assert vmm.call("GET", "/version")[0] == 200  # it can be asked something better


def test_a_kernel_that_is_no_elf_file_is_found_at_the_start(start, image):
    vmm = start()
    changed = {"kernel_image_path": str(image / "vmlinuz")}
    assert vmm.configure(boot_source=changed) == [204] * 5
    status, fault = vmm.start()
    assert status == 400 and "Invalid Elf magic number" in fault
    assert vmm.call("GET", "/version")[0] == 200


def test_what_a_machine_that_runs_refuses(start, snapshot, folder):
    vmm = start()
    vmm.configure()
    vmm.start()
    assert vmm.call("PUT", "/machine-config", {"vcpu_count": 1, "mem_size_mib": 1}) == (400, AFTER_START)
    assert vmm.load(snapshot) == (400, AFTER_START)
    status, fault = vmm.save(folder)
    assert status == 400 and "save/restore unavailable while running" in fault
    status, fault = vmm.call("PATCH", "/balloon", {"amount_mib": 1})
    assert status == 400 and "Device not activated yet" in fault  # by the guest's driver


def test_a_guest_without_a_driver_leaves_a_connection_unanswered(start):
    vmm = start()
    vmm.configure()
    vmm.start()
    with socket.socket(socket.AF_UNIX) as agent:
        agent.settimeout(0.3)
        agent.connect(str(vmm.vsock))
        agent.sendall(b"CONNECT 25704\n")
        with pytest.raises(TimeoutError):
            agent.recv(1)


def test_a_load_after_something_else_is_refused(start, snapshot):
    vmm = start()
    vmm.configure()
    status, fault = vmm.load(snapshot)
    assert status == 400 and "not allowed after configuring boot-specific resources" in fault
    assert vmm.call("GET", "/version")[0] == 200


@pytest.mark.parametrize(
    "damage, words",
    [
        (lambda state: state.write_bytes(state.read_bytes()[: state.stat().st_size // 2]),
         "Failed to load snapshot state from file"),
        (lambda state: state.write_bytes(b""), "Failed to load snapshot state from file"),
        (pathlib.Path.unlink, "Failed to open snapshot file: No such file or directory"),
    ],
    ids=["cut", "empty", "none"],
)
def test_a_state_that_cannot_be_loaded_is_the_end(start, snapshot, tmp_path, damage, words):
    damaged = tmp_path / "damaged"
    shutil.copytree(snapshot, damaged, copy_function=os.link)
    (damaged / "state").unlink()
    shutil.copy(snapshot / "state", damaged / "state")
    damage(damaged / "state")
    refused_and_over(start(), damaged, words)


def refused_and_over(vmm, snapshot, words, *backend):
    status, fault = vmm.load(snapshot, *backend)
    assert status == 400 and fault.startswith("Load snapshot error: ") and words in fault
    assert vmm.process.wait(timeout=5) == 1
    assert vmm.errors().startswith("Error: RunWithApi(BuildMicroVmError(Restore))")


def test_a_load_that_lacks_something_is_the_end(start, snapshot, folder):
    refused_and_over(start(), snapshot, "Failed to connect to UDS Unix stream: No such file",
                     "Uffd", folder / "nobody")
    (folder / "short").write_bytes(bytes(PAGE))
    refused_and_over(start(), snapshot, "Error creating guest memory from file", "File",
                     folder / "short")
    vmm = start()
    vmm.vsock.write_text("in the way")
    refused_and_over(vmm, snapshot, "Error binding to the host-side Unix socket: Address already in use")


def different(one, other):
    """How many bytes of the two files differ, and in how many pages."""
    pages = count = 0
    with open(one, "rb") as first, open(other, "rb") as second:
        while a := first.read(PAGE):
            b = second.read(PAGE)
            if a != b:
                pages += 1
                count += sum(x != y for x, y in zip(a, b, strict=True))
    return count, pages


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_what_is_loaded_by_a_page_server_is_what_was_saved(start, snapshot, prepared, tmp_path, folder, server):
    """To save it again, the VMM reads each page of its memory. In a restored guest a real
    one renews the generation ID and the clock's counters: a few bytes in two pages."""
    vmm = start()
    if server == "file":
        assert vmm.load(snapshot) == (204, None)
    else:
        path = folder / "uffd"
        serving = prepared.start("page-server", "--socket", path, "--memory", snapshot / "memory",
                                 "--page-server", server)
        assert wait_until(path.exists), serving.communicate(timeout=5)
        assert vmm.load(snapshot, "Uffd", path) == (204, None)
    assert vmm.save(tmp_path) == (204, None)
    count, pages = different(snapshot / "memory", tmp_path / "memory")
    assert count <= 64 and pages <= 2
    assert vmm.state("Resumed") == (204, None)
    if server != "file":
        vmm.process.kill()
        out, err = serving.communicate(timeout=10)
        assert serving.returncode == 0, err
        report = json.loads(out)
        assert (report["outcome"], report["pid"]) == ("ended", vmm.process.pid)
        assert report["copied_bytes"] + report["zeroed_bytes"] == (snapshot / "memory").stat().st_size
        assert report["faults"] > 0 or server == "eager"
