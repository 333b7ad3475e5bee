"""Hooks, and what of the renewal of clones needs no machine."""

import pytest
from conftest import ERROR, QUIESCE, frame

IMPORT = "from snapshot_restore_py import register_after_restore, register_before_snapshot\n"


def snapshot(host):
    host.send(frame(QUIESCE, b"{}"))
    return host.answer()


def hooks(host, which):
    """What a renewed clone does, but for what only root of a machine may."""
    return host.run(f"import sys; sys.modules['dhg_agent.hooks'].{which}()")


def test_hooks_run_in_their_order(host):
    host.run(IMPORT + "for n in 1, 2, 3:\n"
             "    register_before_snapshot(print, 'before', n)\n"
             "    register_after_restore(print, 'after', n)")
    assert snapshot(host).out == "before 3\nbefore 2\nbefore 1\n"
    assert hooks(host, "after_restore").out == "after 1\nafter 2\nafter 3\n"


def test_a_decorator(host):
    host.run(IMPORT + "@register_after_restore\ndef renew(): print('renewed')")
    assert hooks(host, "after_restore").out == "renewed\n"


@pytest.mark.parametrize("what", ["1 / 0", "raise SystemExit", "raise KeyboardInterrupt"])
def test_a_hook_that_fails_is_named(host, what):
    host.run(IMPORT + f"@register_before_snapshot\ndef fragile(): {what}")
    answer = snapshot(host)
    assert answer.kinds[-1] == ERROR
    assert "before-snapshot hook fragile() failed" in answer.error


def test_a_hook_that_takes_too_long(host):
    host.run("import sys; sys.modules['dhg_agent.hooks'].SECONDS = 0.2\n" + IMPORT
             + "import time; register_before_snapshot(time.sleep, 60)")
    assert "took longer than 0.2 s" in snapshot(host).error


def test_what_is_no_hook(host):
    assert "TypeError" in host.run(IMPORT + "register_after_restore(1)").err


def test_seeds_are_checked(host):
    for seed in (-1, 2**64, "7", 1.5, True):
        assert "seed" in host.run("1", seed=seed).error
