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


def state(jpy):
    """Of each place that numbers come from."""
    at = jpy.statics
    named = at["jdk.random.L64X128MixRandom"].defaultGen
    assert named is at["jdk.random.Xoshiro256PlusPlus"].DEFAULT_GEN
    return {
        "threads": at["java.util.concurrent.ThreadLocalRandom"].seeder.value,
        "new Random": at["java.util.Random"].seedUniquifier.value,
        "new SplittableRandom": at["java.util.SplittableRandom"].defaultGen.value,
        "named": named.value,
        "Math": at["java.lang.Math$RandomNumberGeneratorHolder"].randomNumberGenerator.seed.value,
        "StrictMath": at[
            "java.lang.StrictMath$RandomNumberGeneratorHolder"
        ].randomNumberGenerator.seed.value,
        "shuffle": at["java.util.Collections"].r.seed.value,
    }


SEED = bytes(range(100, 132))
OTHER = bytes(range(200, 232))


def test_everything_is_new_in_every_clone(jvm):
    jpy, generators = jvm
    generators.prepare()
    states = [state(jpy)]
    for seed in SEED, OTHER:
        generators.renew(seed)
        states.append(state(jpy))
    for place in states[0]:
        assert len({each[place] for each in states}) == 3, place


@pytest.mark.parametrize("seed", [bytes(32), b"\xff" * 32, SEED])
def test_any_seed_will_do(jvm, seed):
    jpy, generators = jvm
    generators.renew(seed)
    assert state(jpy)["new Random"] % 2 == 1
    assert 0 <= state(jpy)["Math"] < 1 << 48


def test_seeds_that_hardly_differ_give_states_that_do(jvm):
    jpy, generators = jvm
    mixed = importlib.import_module("dhg_agent.renew").mixed
    seen = {}
    for number in [0, 1, 2, 3, 7, 8, 1 << 63, 1 << 64, 1 << 200, 1 << 255]:
        generators.renew(mixed(number))
        for place, value in state(jpy).items():
            seen.setdefault(place, []).append(value)
    for place, values in seen.items():
        assert len(set(values)) == len(values), place
        changed = [bin((a ^ b) & (1 << 48) - 1).count("1") for a, b in zip(values, values[1:])]
        assert all(8 < bits < 40 for bits in changed), (place, changed)


def test_the_same_seed_gives_the_same(jvm):
    jpy, generators = jvm
    generators.renew(SEED)
    first = state(jpy)
    generators.renew(OTHER)
    generators.renew(SEED)
    assert state(jpy) == first


def test_threads_take_a_new_seed_by_themselves(jvm):
    jpy, generators = jvm
    jpy.Thread.others = [jpy.Thread(), jpy.Thread()]
    generators.prepare()
    threads = [jpy.Thread.currentThread(), *jpy.Thread.others]
    assert [thread.threadLocalRandomProbe for thread in threads] == [0, 0, 0]


def test_nothing_that_was_drawn_in_advance_is_left(jvm):
    jpy, generators = jvm
    generators.prepare()
    local = jpy.statics["java.util.concurrent.ThreadLocalRandom"].instance
    assert not local.haveNextNextGaussian
    assert not jpy.statics["java.util.Collections"].r.haveNextNextGaussian
    assert jpy.statics["sun.security.provider.NativePRNG"].INSTANCE.buffered == 0


def test_a_java_that_keeps_its_state_elsewhere_is_refused(jvm, monkeypatch):
    jpy, generators = jvm
    monkeypatch.setitem(jpy.Class.fields, "java.util.SplittableRandom", ["other"])
    with pytest.raises(RuntimeError, match="SplittableRandom has no defaultGen"):
        type(generators)()
