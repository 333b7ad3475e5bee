"""Programs in a real guest, with every page server."""

import concurrent.futures
import hashlib
import os
import time

import pytest
from conftest import PAGE_SERVERS, Dhg

# What is the same in every run: the code and constants of the libraries that were loaded
# before the snapshot, as they lie in memory, and what the program writes itself.
HASH_ALL = """
import hashlib
digest = hashlib.sha256()
total = 0
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', buffering=0) as memory:
    for line in maps:
        place, rights, *rest = line.split()
        if rights[0] == 'r' and rights[1] == '-' and rest[-1].startswith('/'):
            begin, end = (int(number, 16) for number in place.split('-'))
            memory.seek(begin)
            digest.update(memory.read(end - begin))
            total += end - begin
block = bytearray(32 * 1024 * 1024)
block[::4096] = b'x' * len(block[::4096])
digest.update(block)
print(total > 4 << 20, digest.hexdigest())
"""


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_hello(dhg, server):
    run = dhg.exec("print('hello')", "--set", f"page_server.plugin={server}")
    assert (run.code, run.out, run.err) == (0, "hello\n", "")


def test_memory_is_what_it_was(dhg):
    found = {}
    for server in PAGE_SERVERS:
        run = dhg.exec(HASH_ALL, "--set", f"page_server.plugin={server}")
        assert (run.code, run.err) == (0, "") and run.out.startswith("True "), run
        found[server] = run.out
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_json_names_what_was_used(dhg, server):
    report = dhg.exec("1 + 1", "--json", "--set", f"page_server.plugin={server}").json()
    assert report["plugins"] == {
        "page_server": server,
        "result_channel": "json-file",
        "launcher": "qemu",
    }
    assert report["result_repr"] == "2"
    assert report["substitutions"] == []
    assert report["accelerator"] in ("tcg", "kvm")
    assert {"launch", "load", "resume", "connect", "run", "read", "teardown"} <= {p["name"] for p in report["phases"]}
    faults = report["memory"]["faults"]
    assert faults == 0 if server == "file" else faults > 0


@pytest.mark.parametrize(
    "variable, server", [("DHG_VM_EAGER_UFFD", "eager"), ("DHG_VM_NO_UFFD", "file")]
)
def test_environment_switches(dhg, variable, server):
    report = dhg.exec("pass", "--json", env={variable: "1"}).json()
    assert report["plugins"]["page_server"] == server


def test_every_config_runs(dhg):
    for name in ["fast", "file", "python", "seed-eager", "seed-lazy-4k", "seed-lazy-2m"]:
        run = dhg("exec", "--vm", "--config", f"{name}.yaml", "--image", "python", "-c",
                  "print('hello')")
        assert (run.code, run.out) == (0, "hello\n"), run.err


def test_snapshot_does_not_change(dhg):
    def digest():
        [memory] = (dhg.cache / "snapshots").glob("python-qemu-512m-1c/memory")
        return hashlib.file_digest(memory.open("rb"), "sha256").hexdigest()

    before = digest()
    for server in PAGE_SERVERS:
        assert dhg.exec(HASH_ALL, "--set", f"page_server.plugin={server}").code == 0
    assert digest() == before


def test_runs_do_not_see_each_other(dhg):
    assert dhg.exec("open('/tmp/trace', 'w').write('x')").code == 0
    assert dhg.exec("import os; print(os.path.exists('/tmp/trace'))").out == "False\n"


def test_clones_differ_and_know_the_time(dhg):
    code = (
        "import os, random, time, uuid\n"
        "print(random.random(), os.urandom(8).hex(), uuid.uuid4(), time.time())"
    )
    first, second = (dhg.exec(code).out.split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second))
    assert abs(float(second[3]) - time.time()) < 5


def test_output_streams_while_the_code_runs(dhg):
    with dhg.running("import time; print('first'); time.sleep(30); print('never')") as run:
        assert run.stdout.readline() == b"first\n"
        assert run.poll() is None


def test_large_output_arrives_whole(dhg):
    run = dhg.exec("import sys\nfor i in range(200000): print(i)\nprint('end', file=sys.stderr)")
    assert run.code == 0
    assert run.out == "".join(f"{i}\n" for i in range(200000))
    assert run.err == "end\n"


def test_a_slow_reader_gets_everything(dhg):
    run = dhg.start("exec", "--vm", "-c", "print('x' * 5_000_000)")
    time.sleep(1)
    out, _ = run.communicate(timeout=30)
    assert (run.returncode, len(out)) == (0, 5_000_001)


@pytest.mark.parametrize("server", ["file", "lazy-4k"])
def test_eight_at_once(dhg: Dhg, server):
    def one(i):
        return dhg.exec(f"print({i} ** 2)", "--set", f"page_server.plugin={server}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(one, range(24)))
    assert [(r.code, r.out) for r in runs] == [(0, f"{i ** 2}\n") for i in range(24)], [
        r.err for r in runs if r.code != 0
    ]


def test_subprocess_and_descriptor_output(dhg):
    run = dhg.exec(
        "import os, subprocess\n"
        "os.write(1, b'raw\\n')\n"
        "subprocess.run(['sh', '-c', 'echo child; echo oops >&2'])"
    )
    assert sorted(run.out.split()) == ["child", "raw"]
    assert run.err == "oops\n"


def test_binary_and_unicode_output(dhg):
    run = dhg.start(
        "exec", "--vm", "-c", "import sys; print('grüße ☕'); sys.stdout.buffer.write(bytes(range(256)))"
    )
    out, _ = run.communicate(timeout=30)
    assert out == "grüße ☕\n".encode() + bytes(range(256))


def test_stdin_of_the_guest_is_empty(dhg):
    run = dhg.exec("input()")
    assert run.code == 1
    assert "EOFError" in run.err


def test_no_network(dhg):
    run = dhg.exec("import os; print(sorted(os.listdir('/sys/class/net')))")
    assert run.out == "['lo']\n"




def test_a_flood_on_the_console_is_bounded(dhg):
    """It is kept in memory of the host, for messages: at most so much of it."""
    run = dhg.start(
        "exec", "--vm", "-c",
        "f = open('/dev/ttyS0', 'wb', buffering=0)\n"
        "for _ in range(256): f.write(b'x' * 4096)\n"
        "print('written', flush=True)\n"
        "import time; time.sleep(30)",
    )
    assert run.stdout.readline() == b"written\n"
    [vmm] = [int(p) for t in os.listdir(f"/proc/{run.pid}/task")
             for p in open(f"/proc/{run.pid}/task/{t}/children").read().split()]
    assert os.stat(f"/proc/{vmm}/fd/5").st_size == 128 * 1024
    run.terminate()
    run.communicate(timeout=10)
    assert run.returncode == 143
