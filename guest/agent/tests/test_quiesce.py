"""What is freed before a snapshot."""

import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

import pytest  # noqa: E402
from dhg_agent import quiesce  # noqa: E402


def mapping(addresses, name, rss="100", referenced="0", anonymous="0"):
    return [
        f"{addresses} r-xp 00000000 08:01 1234    {name}\n",
        f"Rss:     {rss} kB\n",
        f"Referenced:    {referenced} kB\n",
        f"Anonymous:    {anonymous} kB\n",
        "VmFlags: rd ex mr mw me sd\n",
    ]


def test_only_mappings_that_nobody_used_or_changed():
    smaps = [
        *mapping("1000-3000", "/usr/lib/with a blank.so"),
        *mapping("3000-4000", "/usr/lib/used.so", referenced="4"),
        *mapping("4000-5000", "/usr/lib/changed.so", anonymous="4"),
        *mapping("5000-6000", "/usr/lib/not-there.so", rss="0"),
        *mapping("6000-7000", "[heap]"),
        "7000-8000 rw-p 00000000 00:00 0\n",
        "Rss: 4 kB\n",
        "Referenced: 0 kB\n",
        "Anonymous: 0 kB\n",
        "VmFlags: rd wr\n",
    ]
    assert list(quiesce._unused_mappings(smaps)) == [(0x1000, 0x2000)]


def resident(library):
    """KiB of a library's mappings of which nothing was changed."""
    total, ours = 0, False
    with open("/proc/self/smaps") as smaps:
        for line in smaps:
            field = line.split()
            if not field[0].endswith(":"):
                ours = line.rstrip().endswith(library) and field[1][1] == "-"
            elif ours and field[0] == "Rss:":
                total += int(field[1])
    return total


@pytest.mark.skipif(os.geteuid() != 0, reason="the kernel pages a file out for its owner only")
def test_the_real_thing_can_be_read_again(tmp_path):
    # A copy, which no other process has mapped: what others use stays.
    import _decimal

    library = shutil.copy(_decimal.__file__, tmp_path / "_decimal.so")
    loader = importlib.machinery.ExtensionFileLoader("_decimal", str(library))
    spec = importlib.util.spec_from_loader("_decimal", loader)
    decimal = importlib.util.module_from_spec(spec)
    loader.exec_module(decimal)
    assert decimal.Decimal(1) + 1 == 2
    before = resident("_decimal.so")
    os.sync()  # what is not on the disk stays too
    quiesce.watch()
    quiesce._page_out_unused()
    # Not each page: those that the kernel has in hand stay.
    assert resident("_decimal.so") < before
    assert decimal.Decimal(1) + 1 == 2
