"""Renewing a JVM's random state, with a fake of it; tests/integration has the real one."""

import importlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture
def jvm(monkeypatch):
    """(jpy, the Generators of it), fresh."""

    def forget():
        for name in list(sys.modules):
            if name.split(".")[0] in ("dhg_agent", "deephaven", "jpy"):
                monkeypatch.delitem(sys.modules, name)

    forget()
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.syspath_prepend(str(ROOT / "tests/fakes"))
    jpy = importlib.import_module("jpy")
    yield jpy, importlib.import_module("dhg_agent.renew_jvm").Generators()
    forget()


SOURCES = [
    ("java.util.concurrent.ThreadLocalRandom", "seeder"),
    ("java.util.Random", "seedUniquifier"),
    ("java.util.SplittableRandom", "defaultGen"),
    ("java.lang.Math$RandomNumberGeneratorHolder", "randomNumberGenerator"),
    ("java.lang.StrictMath$RandomNumberGeneratorHolder", "randomNumberGenerator"),
    ("java.util.Collections", "r"),
    ("jdk.random.L64X128MixRandom", "defaultGen"),
    ("jdk.random.Xoshiro256PlusPlus", "DEFAULT_GEN"),
]


def seeds(jpy):
    found = {place: jpy.statics[place[0]][place[1]].value for place in SOURCES}
    found["program's thread"] = jpy.Thread.currentThread().threadLocalRandomSeed
    return found


def test_every_generator_has_a_seed_of_its_own_in_every_clone(jvm):
    jpy, generators = jvm
    generators.prepare()
    before = seeds(jpy)
    generators.renew(b"a" * 32)
    first = seeds(jpy)
    generators.renew(b"b" * 32)
    second = seeds(jpy)
    for place in before:
        assert len({before[place], first[place], second[place]}) == 3, place
    # The named ones share theirs.
    assert len(set(first.values())) == len(first) - 1
    uniquifier = first[("java.util.Random", "seedUniquifier")]
    assert uniquifier % 2 == 1


def test_the_same_seed_gives_the_same(jvm):
    jpy, generators = jvm
    generators.renew(b"a" * 32)
    first = seeds(jpy)
    generators.renew(b"b" * 32)
    generators.renew(b"a" * 32)
    assert seeds(jpy) == first


def test_threads_take_a_new_seed_by_themselves(jvm):
    jpy, generators = jvm
    jpy.Thread.others = [jpy.Thread(), jpy.Thread()]
    generators.prepare()
    assert [thread.threadLocalRandomProbe for thread in jpy.Thread.others] == [0, 0]
    # But for the program's: it is given one.
    assert jpy.Thread.currentThread().threadLocalRandomProbe != 0


def test_nothing_that_was_drawn_in_advance_is_left(jvm):
    jpy, generators = jvm
    generators.prepare()
    assert not jpy.ThreadLocalRandom.current().haveNextNextGaussian
    generators.renew(b"a" * 32)
    assert jpy.statics["sun.security.provider.NativePRNG"]["INSTANCE"].buffered == 0


def test_a_java_that_keeps_its_state_elsewhere_is_refused(jvm, monkeypatch):
    jpy, generators = jvm
    monkeypatch.setitem(jpy.Class.fields, "java.util.SplittableRandom", ["other"])
    with pytest.raises(RuntimeError, match="SplittableRandom has no defaultGen"):
        type(generators)()
