"""What the end-to-end tests share: the installed dhg, on a real guest.

DHG_TEST_BINARY names the program. Images and snapshots are kept in a cache of the
tests' own, so that only the first run builds them.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

BINARY = os.environ.get("DHG_TEST_BINARY", "")
CACHE = pathlib.Path(
    os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
) / "dhg-tests"
PYTHON = "python-qemu-512m-1c"  # the snapshot of most tests
DEEPHAVEN = os.environ.get("DHG_TEST_DEEPHAVEN", "41.1")  # the version to test
PAGE_SERVERS = ["file", "eager", "lazy-4k", "lazy-2m", "hybrid", "working-set"]
LIMIT = 60  # seconds that any one command may take
KVM_CREATE_VM = 0xAE01
ON_FIRECRACKER = ("--set", "launcher.plugin=firecracker", "--set", "machine.memory=128MiB")


@dataclasses.dataclass
class Run:
    code: int
    out: str
    err: str
    seconds: float

    def json(self):
        return json.loads(self.out)


class Dhg:
    """Calls dhg with an environment of its own."""

    caches = set()  # of all of them

    def __init__(self, cache, config="python.yaml"):
        self.cache = pathlib.Path(cache)
        Dhg.caches.add(os.fsencode(self.cache))
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "DHG_CACHE_DIR": str(cache),
            "DHG_CONFIG": config,
        }

    def start(self, *args, env=None, **options):
        return subprocess.Popen(
            [BINARY, *map(str, args)],
            env={**self.env, **(env or {})},
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )

    def __call__(self, *args, input=None, env=None, timeout=LIMIT, cwd=None):
        began = time.monotonic()
        done = subprocess.run(
            [BINARY, *map(str, args)],
            env={**self.env, **(env or {})},
            input=input if input is not None else b"",
            capture_output=True,
            timeout=timeout,
            cwd=cwd,
        )
        return Run(
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
            time.monotonic() - began,
        )

    @contextlib.contextmanager
    def running(self, code, *options):
        """A run that is ended here, for code that does not end by itself."""
        run = self.start("exec", "--vm", *options, "-c", code)
        try:
            yield run
        finally:
            run.terminate()
            assert run.wait(10) == 143
            run.stdout.close()
            run.stderr.close()

    def exec(self, code, *options, **keywords):
        return self("exec", "--vm", *options, "-c", code, **keywords)


def real_firecracker():
    """The path of a firecracker that is no fake, or None."""
    return os.environ.get("DHG_FIRECRACKER") or shutil.which("firecracker")


def why_no_machine_on_firecracker():
    """What this host lacks to make a machine on one, whose guest need not get far."""
    if not real_firecracker():
        return "there is no firecracker: neither DHG_FIRECRACKER nor in PATH"
    try:
        with open("/dev/kvm", "rb+", buffering=0) as kvm:
            os.close(fcntl.ioctl(kvm, KVM_CREATE_VM, 0))
    except OSError as error:
        return f"no machine can be made with /dev/kvm: {error.strerror}"
    return None


def why_no_real_firecracker():
    """What this host lacks to run a guest on one; None if nothing."""
    if (why := why_no_machine_on_firecracker()) is not None:
        return why
    doctor = subprocess.run(
        [BINARY, "doctor", *ON_FIRECRACKER],
        env={**os.environ, "DHG_FIRECRACKER": real_firecracker()},
        capture_output=True,
        text=True,
    )
    lacking = [
        line
        for line in doctor.stdout.splitlines()
        if line.startswith("missing") and ("KVM" in line or "firecracker" in line)
    ]
    return "; ".join(lacking) or None


def vmm_processes():
    """Process ids of the QEMUs that the tests' dhg has started."""
    found = set()
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes()
            # The root file system lies in the cache: a QEMU of anybody else is not ours.
            ours = any(cache in arguments for cache in Dhg.caches)
            if ours and b"qemu" in arguments.split(b"\0")[0]:
                found.add(int(entry.name))
    return found


def wait_until(condition, seconds=5.0):
    """Whether `condition` became true in time. Only for what sends no event."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def remove_unreadable_snapshots(dhg):
    """What a dhg of another manifest format left in the tests' cache."""
    for snapshot in json.loads(dhg("vm", "status", "--json").out)["snapshots"]:
        if snapshot["state"] == "broken":
            shutil.rmtree(snapshot["path"])


@pytest.fixture(scope="session")
def prepared():
    """dhg with a python snapshot; made at the first use."""
    if not BINARY:
        pytest.fail("DHG_TEST_BINARY is not set; scripts/test sets it")
    CACHE.mkdir(parents=True, exist_ok=True)
    dhg = Dhg(CACHE)
    remove_unreadable_snapshots(dhg)
    made = dhg("vm", "prepare", "--image", "python", timeout=600)
    assert made.code == 0, made.err
    return dhg


@pytest.fixture(scope="session")
def prepared_deephaven():
    """dhg with a Deephaven snapshot, in a cache of its own; takes minutes at the first use."""
    if not BINARY:
        pytest.fail("DHG_TEST_BINARY is not set; scripts/test sets it")
    dhg = Dhg(CACHE.with_name("dhg-tests-deephaven"), config="fast.yaml")
    dhg.cache.mkdir(parents=True, exist_ok=True)
    remove_unreadable_snapshots(dhg)
    made = dhg("vm", "prepare", "--version", DEEPHAVEN, timeout=2400)
    assert made.code == 0, made.err
    return dhg


@contextlib.contextmanager
def nothing_left(dhg):
    """The promise that a test leaves no VMM and no staging folder behind."""
    before = vmm_processes()
    yield dhg
    assert wait_until(lambda: not (vmm_processes() - before)), "a QEMU was left running"
    staging = dhg.cache / "staging"
    assert not staging.exists() or not list(staging.iterdir())


@pytest.fixture
def dhg(prepared):
    """dhg on the python image."""
    with nothing_left(prepared):
        yield prepared


@pytest.fixture
def deephaven(prepared_deephaven):
    """dhg on the Deephaven image."""
    with nothing_left(prepared_deephaven):
        yield prepared_deephaven


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    item.failed = getattr(item, "failed", False) or report.failed


@pytest.fixture
def tmp_path(request, tmp_path):
    """The folder of a test that passed goes: copied caches are large, and pytest keeps three runs."""
    yield tmp_path
    if not request.node.failed:
        shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def empty_dhg(tmp_path):
    """dhg with an empty cache: no image, no snapshot."""
    if not BINARY:
        pytest.fail("DHG_TEST_BINARY is not set; scripts/test sets it")
    return Dhg(tmp_path / "cache")


def copy_python_image(cache, target):
    """Other images are large, and nobody needs copies of them."""
    for image in (cache / "images").glob("python-*"):
        shutil.copytree(image, target / "images" / image.name)


@pytest.fixture
def copied(dhg, tmp_path):
    """A cache with its own copy of the snapshot, which a test may damage."""
    copy_python_image(dhg.cache, tmp_path)
    snapshot = dhg.cache / "snapshots" / PYTHON  # tests of launchers make others
    copy = tmp_path / "snapshots" / snapshot.name
    copy.mkdir(parents=True)
    for file in snapshot.iterdir():
        os.system(f"cp --sparse=always '{file}' '{copy / file.name}'")
    return Dhg(tmp_path), copy
