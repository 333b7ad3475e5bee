"""A command that dhg prints as the remedy makes just the snapshot that was missing."""

import json
import os
import pathlib
import shlex
import shutil
import subprocess

import pytest
from conftest import BINARY, Dhg

PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()


@pytest.fixture
def own(prepared, tmp_path):
    """dhg with a cache of its own, which has the image and no snapshot."""
    cache = tmp_path / "cache"
    dhg = Dhg(cache)
    dhg("vm", "status")  # makes its folders
    for image in (prepared.cache / "images").glob("python-*"):
        shutil.copytree(image, cache / "images" / image.name, symlinks=True)
    return dhg


def snapshots(dhg):
    return [s["name"] for s in dhg("vm", "status", "--json").json()["snapshots"]]


def printed_command(text):
    [line] = [line for line in text.splitlines() if "make it with: " in line]
    return line.split("make it with: ")[1]


def run_printed(dhg, command, folder):
    assert command.startswith("dhg vm prepare ")
    env = {**dhg.env, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", command + " --warm-up quick"], env=env, cwd=folder,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


def another_vmm(folder):
    path = folder / "my qemu"
    path.symlink_to(shutil.which("qemu-system-x86_64"))
    return path


def check(dhg, folder, *options, begins="python-"):
    missing = dhg.exec("print('hello')", *options, cwd=folder)
    assert missing.code == 125 and snapshots(dhg) == [], missing.err
    command = printed_command(missing.err)
    run_printed(dhg, command, folder)
    again = dhg.exec("print('hello')", *options, cwd=folder)
    assert (again.code, again.out) == (0, "hello\n"), command + again.err
    [name] = snapshots(dhg)
    assert name.startswith(begins)
    return name


def test_another_memory_size(own, tmp_path):
    assert check(own, tmp_path, "--set", "machine.memory=256MiB") == "python-qemu-256m-1c"


def test_options_of_the_launcher_in_a_config_of_the_callers_folder(own, tmp_path):
    vmm = another_vmm(tmp_path)
    (tmp_path / "my config.yaml").write_text(
        f"image: python\nlauncher:\n  options:\n    binary: {vmm}\n")
    name = check(own, tmp_path, "--config", "my config.yaml", begins="python-qemu.")
    assert f"binary={vmm}" in own("vm", "status").out

    # They do not stand in for what has no such option, and the other way round.
    plain = own.exec("print(1)")
    assert plain.code == 125 and "--config python.yaml" in printed_command(plain.err)

    # A comparison finds out before it runs anything, also what has changed since.
    manifest = own.cache / "snapshots" / name / "manifest.json"
    document = json.loads(manifest.read_text())
    document["launcher"]["fingerprint"] = "of another file"
    manifest.write_text(json.dumps(document))
    compared = own("compare", "my config.yaml", "file.yaml", "--set", "image=python", "-c", "1",
                   cwd=tmp_path)
    assert compared.code == 125 and compared.out == ""
    assert f"variant 'my config': snapshot '{name}' was made by" in compared.err
    assert "dhg vm prepare --config " in compared.err and compared.err.rstrip().endswith("--force")


def test_a_launcher_with_hyphens_that_is_named_by_its_path(own, tmp_path):
    env = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}
    for command in (["dhg", "plugin", "new", "launcher", "my-new-vmm"],
                    ["cmake", "-S", "my-new-vmm", "-B", "build"], ["cmake", "--build", "build"]):
        subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)
    assert check(own, tmp_path, "--set", "launcher.plugin=build/libmy-new-vmm.so",
                 begins="python-my-new-vmm-") == "python-my-new-vmm-512m-1c"
