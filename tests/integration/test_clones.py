"""Clones of one snapshot draw different random numbers, or with --seed the same."""

import json

import pytest

PROGRAM = """
import json, random, secrets, ssl, threading, uuid
import jpy, numpy
from deephaven import empty_table
from deephaven.execution_context import get_exec_ctx
from deephaven.jcompat import j_runnable

def formula(text):
    return empty_table(1).update("x = " + text).to_string().split()[-1]

def viewed(text):
    return empty_table(1).update_view("x = " + text).to_string().split()[-1]

def local():
    return Local.current().nextLong()

def in_a_thread_of_python():
    drawn = []
    thread = threading.Thread(target=lambda: drawn.append(local()))
    thread.start(); thread.join()
    return drawn[0]

def in_a_thread_of_the_server():  # it has been there since before the snapshot
    drawn, done = [], threading.Event()
    def draw():
        drawn.append(local()); done.set()
    get_exec_ctx().j_exec_ctx.getOperationInitializer().submit(j_runnable(draw))
    done.wait(30)
    return drawn[0]

def shuffled():
    numbers = jpy.get_type("java.util.ArrayList")()
    for number in range(30): numbers.add(number)
    jpy.get_type("java.util.Collections").shuffle(numbers)
    return numbers.toString()

Local = jpy.get_type("java.util.concurrent.ThreadLocalRandom")
named = jpy.get_type("java.util.random.RandomGenerator").of
print(json.dumps({
    "randomInt": formula("randomInt(0, 2000000000)"),
    "randomLong": formula("randomLong(0L, 1000000000000000000L)"),
    "randomDouble": formula("randomDouble(0.0, 1.0)"),
    "randomFloat": viewed("randomFloat(0f, 1f)"),
    "randomGaussian": formula("randomGaussian(0.0, 1.0)"),
    "random()": formula("random()"),
    "ThreadLocalRandom": local(),
    "ThreadLocalRandom.nextGaussian": Local.current().nextGaussian(),
    "ThreadLocalRandom, Python's thread": in_a_thread_of_python(),
    "ThreadLocalRandom, server's thread": in_a_thread_of_the_server(),
    "Math.random": jpy.get_type("java.lang.Math").random(),
    "StrictMath.random": jpy.get_type("java.lang.StrictMath").random(),
    "Collections.shuffle": shuffled(),
    "SplittableRandom": jpy.get_type("java.util.SplittableRandom")().nextLong(),
    "L64X128MixRandom": named("L64X128MixRandom").nextLong(),
    "Xoshiro256PlusPlus": named("Xoshiro256PlusPlus").nextLong(),
    "java.util.Random": jpy.get_type("java.util.Random")().nextLong(),
    "SecureRandom": jpy.get_type("java.security.SecureRandom")().nextLong(),
    "UUID.randomUUID": jpy.get_type("java.util.UUID").randomUUID().toString(),
    "random": random.random(),
    "SystemRandom": random.SystemRandom().random(),
    "secrets": secrets.token_hex(8),
    "uuid4": str(uuid.uuid4()),
    "numpy": float(numpy.random.rand()),
    "numpy.default_rng": float(numpy.random.default_rng().random()),
    "ssl.RAND_bytes": ssl.RAND_bytes(8).hex(),
}))
"""
GENERATORS = [line.split('"')[1] for line in PROGRAM.splitlines() if line.startswith('    "')]
# These ask the kernel, or mix the time in.
NOT_SEEDED = {
    "java.util.Random", "SecureRandom", "UUID.randomUUID", "SystemRandom", "secrets", "uuid4",
    "numpy.default_rng", "ssl.RAND_bytes",
}  # fmt: skip


def drawn(dhg, *options):
    run = dhg.exec(PROGRAM, "--no-show-tables", *options, timeout=180)
    assert run.code == 0, run.err
    return json.loads(run.out)


@pytest.fixture(scope="module")
def clones(prepared_deephaven):
    return [drawn(prepared_deephaven) for _ in range(2)]


@pytest.fixture(scope="module")
def seeded(prepared_deephaven):
    return [drawn(prepared_deephaven, "--seed", seed) for seed in ("7", "7", "8")]


@pytest.mark.parametrize("generator", GENERATORS)
def test_two_clones_differ(clones, generator):
    assert clones[0][generator] != clones[1][generator]


@pytest.mark.parametrize("generator", [g for g in GENERATORS if g not in NOT_SEEDED])
def test_two_clones_with_one_seed_agree(seeded, generator):
    first, same, other = (each[generator] for each in seeded)
    assert first == same != other


def test_generators_within_a_clone_differ(clones):
    numbers = [str(value) for value in clones[0].values()]
    assert len(set(numbers)) == len(numbers)
