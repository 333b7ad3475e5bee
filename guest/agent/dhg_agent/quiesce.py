"""Gives memory back before a snapshot."""

import gc
import itertools
import mmap
import os
import sys
import threading


def _trim_heap():
    import ctypes

    ctypes.CDLL(None).malloc_trim(0)


def _touch_heap():
    """A short program finds memory that it can use: to be given a page is much to run."""
    # Of the sizes that it asks for: to read its request, to compile, to grow a list.
    held = [bytearray(size) for size in (65536, *[16384] * 8, *[4096] * 32)]
    compile("print()", "<string>", "eval")
    del held
    compile("print()", "<string>", "eval")


def _drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as control:
        control.write("3")


def _compact():
    with open("/proc/sys/vm/compact_memory", "w") as control:
        control.write("1")


def watch():
    """From now on the kernel notes which pages this process uses: see _page_out_unused."""
    with open("/proc/self/clear_refs", "w") as control:
        control.write("1")


def _unused_mappings(smaps):
    """The mappings of files of which no page was used and none was changed.

    Yields (address, length). `smaps` has the lines of /proc/self/smaps.
    """
    mapping, seen = None, {}
    for line in smaps:
        field = line.split(None, 5)
        if field[0].endswith(":"):
            seen[field[0]] = field[1]
        else:
            begin, _, end = field[0].partition("-")
            is_file = len(field) == 6 and field[5].startswith("/")
            mapping = (int(begin, 16), int(end, 16) - int(begin, 16)) if is_file else None
            seen = {}
        if field[0] == "VmFlags:" and mapping and seen["Rss:"] != "0":
            if seen["Referenced:"] == "0" and seen["Anonymous:"] == "0":
                yield mapping


def _page_out_unused():
    """Drops the pages of libraries that no warm-up run has used; they can be read again."""
    import ctypes

    MADV_PAGEOUT = 21  # <asm-generic/mman-common.h>
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/smaps") as smaps:
        mappings = list(_unused_mappings(smaps))
    for address, length in mappings:
        if madvise(address, length, MADV_PAGEOUT) != 0:
            raise OSError(ctypes.get_errno(), "madvise")


def _forget_numbers():
    """Threads and pools of threads are numbered from the beginning, as in a new process."""
    threading._counter = itertools.count(1).__next__
    pools = sys.modules.get("concurrent.futures.thread")
    if pools is not None:
        pools.ThreadPoolExecutor._counter = itertools.count().__next__


def quiesce():
    """Frees what it can. Returns what it could not, as sentences."""
    gc.collect()
    gc.freeze()  # what lives now lives on: later collections leave its pages alone
    skipped = []
    steps = (
        _forget_numbers, _page_out_unused, _trim_heap, _touch_heap, _drop_caches, _compact,
    )  # fmt: skip
    for step in steps:
        try:
            step()
        except (OSError, AttributeError) as error:
            skipped.append(f"{step.__name__.strip('_')}: {error}")
    return skipped


def scrub(size):
    """Overwrites `size` bytes of free memory with zeros, which take no space in a snapshot.

    Returns what could not be done, as sentences.
    """
    try:
        # The kernel hands out zeroed pages, and takes them back as they are.
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
        mmap.mmap(-1, size, flags=flags).close()
    except (OSError, ValueError, OverflowError) as error:
        return [f"scrub: {error}"]
    return []


def free_bytes():
    """Memory that the kernel does not use for anything."""
    with open("/proc/meminfo") as info:
        for line in info:
            if line.startswith("MemFree:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/meminfo has no MemFree")
