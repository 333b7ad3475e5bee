"""Guests with several processors, whose threads and processes touch memory at once."""

import pytest
from conftest import PAGE_SERVERS, nothing_left

# Each worker reads what the snapshot holds (the page cache has the library's sources, the
# interpreter its own memory), writes new memory, gives it back and reads it again. It
# says what it has seen of the snapshot, and that must not depend on the page server.
PROGRAM = """
import gc, glob, hashlib, mmap, os, struct, threading

FILES = sorted(glob.glob("/usr/lib/python3.11/*.py"))[::16]
PAGE, SIZE = 4096, 1 << 18

def look():
    digest = hashlib.sha256()
    for name in FILES:
        with open(name, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()

def touch(seed):
    block = mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(0, SIZE, PAGE):
        struct.pack_into("<Q", block, page, seed << 32 | page | 1)
    for page in range(0, SIZE, PAGE):
        assert struct.unpack_from("<Q", block, page)[0] == seed << 32 | page | 1
    block.madvise(mmap.MADV_DONTNEED)
    for page in range(0, SIZE, PAGE):
        assert struct.unpack_from("<Q", block, page)[0] == 0

def worker(seed, seen):
    seen.append(look())
    touch(seed)
    gc.collect()

count = os.cpu_count()
children = []
for child in range(count):
    reading, writing = os.pipe()
    if os.fork() == 0:
        seen = []
        try:
            worker(child, seen)
            os.write(writing, seen[0].encode())
        finally:
            os._exit(0)
    os.close(writing)
    children.append(reading)
seen = []
threads = [threading.Thread(target=worker, args=(100 + n, seen)) for n in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for reading in children:
    with open(reading) as pipe:
        seen.append(pipe.read())
    os.wait()
print(count, len(FILES) > 5, len(seen), *sorted(set(seen)))
"""


@pytest.fixture(scope="module", params=[2, 4])
def several(request, prepared):
    """dhg with a snapshot of that many processors, and the option that chooses it."""
    chosen = ("--set", f"machine.vcpus={request.param}")
    made = prepared("vm", "prepare", "--image", "python", *chosen, timeout=600)
    assert made.code == 0, made.err
    return prepared, request.param, chosen


def test_processors_fault_at_once(several):
    dhg, vcpus, chosen = several
    answers = {}
    with nothing_left(dhg):
        for page_server in PAGE_SERVERS:
            run = dhg.exec(PROGRAM, *chosen, "--set", f"page_server.plugin={page_server}")
            assert run.code == 0, (page_server, run.err)
            answers[page_server] = run.out.split()
    expected = answers["file"]
    assert expected[:3] == [str(vcpus), "True", str(2 * vcpus)]
    assert len(expected) == 4  # all workers saw the same
    assert answers == {page_server: expected for page_server in PAGE_SERVERS}


def test_runs_at_once_on_several_processors(several):
    dhg, vcpus, chosen = several
    with nothing_left(dhg):
        runs = [dhg.start("exec", "--vm", *chosen, "--set", f"page_server.plugin={page_server}",
                          "-c", "import os; print(os.cpu_count())")
                for page_server in ("lazy-4k", "hybrid", "working-set")]
        for run in runs:
            out, err = run.communicate(timeout=60)
            assert (run.returncode, out) == (0, b"%d\n" % vcpus), err
