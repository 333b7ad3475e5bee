"""What is freed before a snapshot."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

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


def test_the_real_thing_can_be_read_again():
    quiesce.watch()
    quiesce._page_out_unused()
    import decimal  # a library that was not loaded before

    assert decimal.Decimal(1) + 1 == 2
