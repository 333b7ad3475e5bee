"""Gives memory back before a snapshot."""

import gc
import mmap
import os


def _trim_heap():
    import ctypes

    ctypes.CDLL(None).malloc_trim(0)


def _drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as control:
        control.write("3")


def _compact():
    with open("/proc/sys/vm/compact_memory", "w") as control:
        control.write("1")


def quiesce():
    """Frees what it can. Returns what it could not, as sentences."""
    gc.collect()
    gc.freeze()  # what lives now lives on: later collections leave its pages alone
    skipped = []
    for step in (_trim_heap, _drop_caches, _compact):
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
