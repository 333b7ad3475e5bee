"""The launcher conformance suite on VMMs that are no fakes."""

import os
import pathlib
import shutil
import subprocess

import pytest
from conftest import (
    BINARY,
    real_firecracker,
    why_no_machine_on_firecracker,
    why_no_real_firecracker,
)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else None
LIMIT = 300


@pytest.fixture(scope="module")
def image(prepared, tmp_path_factory):
    """The python image, in the form that the suite takes. Its bzImage is booted by all
    the other tests: here `vmlinuz` is the ELF kernel that was taken out of it."""
    snapshots = prepared("vm", "status", "--json").json()["snapshots"]
    [built] = {pathlib.Path(s["rootfs"]).parent for s in snapshots
               if s["name"].startswith("python-") and s["state"] == "complete"}
    folder = tmp_path_factory.mktemp("image")
    for name, source in [("vmlinux", "vmlinux"), ("vmlinuz", "vmlinux"),
                         ("rootfs.erofs", "rootfs.erofs")]:
        (folder / name).symlink_to(built / source)
    subprocess.run(
        [PREFIX / "share/dhg/guest/images/make-initrd", built, PREFIX / "lib/dhg/guest/init",
         PREFIX / "share/dhg/guest/agent", folder / "initrd"],
        check=True,
    )
    return folder


def run_suite(image, launcher, *cases, **environment):
    done = subprocess.run(
        [PREFIX / "lib/dhg/conformance/dhg_conformance_launchers", *cases],
        env={**os.environ, "DHG_CONFORMANCE_IMAGE": str(image),
             "DHG_CONFORMANCE_PLUGINS": str(PREFIX / f"lib/dhg/plugins/launchers/{launcher}.so"), **environment},
        capture_output=True, text=True, timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_qemu(image):
    run_suite(image, "qemu")


def test_firecracker(image):
    if (why := why_no_real_firecracker()) is not None:
        pytest.skip(why)
    run_suite(image, "firecracker", DHG_FIRECRACKER=real_firecracker())


def test_firecracker_as_far_as_no_guest_is_needed(image):
    """Also where KVM is there, but so slow that no guest gets anywhere on it."""
    if (why := why_no_machine_on_firecracker()) is not None:
        pytest.skip(why)
    run_suite(image, "firecracker", "[no-guest]", DHG_FIRECRACKER=real_firecracker(),
              DHG_CONFORMANCE_OPTIONS="{check_kvm: false}")


def test_the_images_elf_kernel(image):
    kernel = image / "vmlinux"
    told = subprocess.run(["readelf", "--file-header", kernel], capture_output=True, text=True)
    assert "ELF64" in told.stdout and "X86-64" in told.stdout and "EXEC" in told.stdout


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is no bzImage"),
        (b"\x7fELF" + bytes(2000), "is no bzImage"),
        (bytes(514) + b"HdrS" + b"\x01\x02" + bytes(2000), "boot protocol"),
        (bytes(514) + b"HdrS" + b"\x0f\x02" + bytes(2000), "cut short"),
    ],
)
def test_what_is_no_kernel_gives_none(tmp_path, content, words):
    (tmp_path / "vmlinuz").write_bytes(content)
    done = subprocess.run(
        [ROOT / "guest/images/extract-vmlinux", tmp_path / "vmlinuz", tmp_path / "vmlinux"],
        capture_output=True, text=True,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["vmlinuz"]


@pytest.mark.parametrize("tool", [["gzip", "-c"], ["xz", "-c"], ["bzip2", "-c"], ["lz4", "-l", "-c"],
                                  ["zstd", "-c"]])
def test_each_compression_is_undone(tmp_path, tool):
    """A bzImage as the boot protocol has it, around a payload of each kind."""
    if not shutil.which(tool[0]):
        pytest.skip(f"{tool[0]} is not installed")
    kernel = b"\x7fELF" + os.urandom(50_000) + bytes(50_000)
    payload = subprocess.run(tool, input=kernel, capture_output=True, check=True).stdout
    payload += len(kernel).to_bytes(4, "little")
    head = bytearray(1024)
    head[497] = 1  # sectors of set-up code after the first
    head[514:520] = b"HdrS\x0f\x02"
    head[584:588] = (100).to_bytes(4, "little")
    head[588:592] = len(payload).to_bytes(4, "little")
    (tmp_path / "vmlinuz").write_bytes(head + bytes(100) + payload + b"more that follows")
    subprocess.run(
        [ROOT / "guest/images/extract-vmlinux", tmp_path / "vmlinuz", tmp_path / "vmlinux"],
        check=True,
    )
    assert (tmp_path / "vmlinux").read_bytes() == kernel
