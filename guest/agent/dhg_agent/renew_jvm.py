"""Makes the JVM of a clone draw other random numbers than its siblings.

Renewed, from a seed:
- ThreadLocalRandom, and with it Deephaven's random(), randomInt(), randomDouble(),
  randomGaussian() and so on in formulas, for every thread, also those that were alive at
  the snapshot;
- Math.random(), StrictMath.random(), Collections.shuffle(list);
- the seeds of new SplittableRandom(), of the RandomGenerators by name, as
  L64X128MixRandom, and of new java.util.Random() (which mixes System.nanoTime() in, as
  always: two of the same seed do not agree).

SecureRandom, as the system's default and in UUID.randomUUID(), asks the kernel, which
somebody else renews; what it has read in advance is dropped before the snapshot. It mixes
that with a state of its own, which clones share; this does no harm.

Not renewed: generators that a program of the setup made and kept, whatever their class
(java.util.Random, SplittableRandom, SecureRandom of the kinds DRBG and SHA1PRNG);
Object.hashCode(); the order of Set.of() and Map.of(), whose salt places the elements of
sets that exist.

What runs for the first time in a restored guest is slow, above all a step from Python
into Java. So what can be is looked up and done before the snapshot, sources of seeds are
made one, and the three numbers that are left are stored without running Java.
"""

import jpy
from deephaven.jcompat import j_runnable

from . import jni

_NAMED = (
    "L32X64MixRandom", "L64X128MixRandom", "L64X128StarStarRandom", "L64X256MixRandom",
    "L64X1024MixRandom", "L128X128MixRandom", "L128X256MixRandom", "L128X1024MixRandom",
    "Xoroshiro128PlusPlus", "Xoshiro256PlusPlus",
)  # fmt: skip
_HOLDER = "$RandomNumberGeneratorHolder"


def _setters():
    """Of three numbers: the counter, what makes new Randoms unique, and a Random's state."""
    java = jni.Jni()
    atomic = b"java/util/concurrent/atomic/AtomicLong"
    reference = b"L" + atomic + b";"
    holder = f"java/lang/Math{_HOLDER}".encode()
    random = java.static(holder, b"randomNumberGenerator", b"Ljava/util/Random;")
    objects = (
        java.static(b"java/util/concurrent/ThreadLocalRandom", b"seeder", reference),
        java.static(b"java/util/Random", b"seedUniquifier", reference),
        java.member(random, b"java/util/Random", b"seed", reference),
    )
    value = java.field(atomic, b"value", b"J")
    return [java.setter(each, value) for each in objects]


class Generators:
    """The random state of this process's JVM. Raises where it cannot be found.

    To be made before programs run: what it replaces are constants to code that has been
    compiled.
    """

    def __init__(self):
        self._loader = jpy.get_type("java.lang.ClassLoader").getSystemClassLoader()
        self._unsafe = self._take_unsafe()
        self._probe = self._offset("java.lang.Thread", "threadLocalRandomProbe")
        self._second_gaussian = self._offset("java.util.Random", "haveNextNextGaussian")
        native = "sun.security.provider.NativePRNG"
        self._secure = self._static(native, "INSTANCE")
        self._buffered = self._offset(native + "$RandomIO", "buffered")

        # What takes its seeds from a counter takes them from the same one.
        counter = self._static("java.util.concurrent.ThreadLocalRandom", "seeder")
        self._replace(counter, "java.util.SplittableRandom", "defaultGen")
        for name in _NAMED:
            self._replace(counter, "jdk.random." + name, "defaultGen", "DEFAULT_GEN")
        # What has one generator for all has the same one.
        self._random = jpy.get_type("java.util.Random")()
        for name in ("java.lang.Math", "java.lang.StrictMath"):
            self._replace(self._random, name + _HOLDER, "randomNumberGenerator")
        self._replace(self._random, "java.util.Collections", "r")
        self._set_counter, self._set_uniquifier, self._set_random = _setters()

    def prepare(self):
        """A snapshot follows, as soon as possible."""
        for thread in self._threads():
            # "Has no seed yet": it takes one when it needs one.
            self._unsafe.putInt(thread, self._probe, 0)
        # Gaussians are made in pairs, of which one may be left; all threads share that.
        local = self._static("java.util.concurrent.ThreadLocalRandom", "instance")
        for generator in (local, self._random):
            self._unsafe.putBoolean(generator, self._second_gaussian, False)
        self._unsafe.putInt(self._secure, self._buffered, 0)

    def renew(self, seed):
        """Takes new seeds from 32 random bytes."""
        self._set_counter(int.from_bytes(seed[:8], "little"))
        # It is multiplied: so an odd number.
        self._set_uniquifier(int.from_bytes(b"\1" + seed[9:16], "little"))
        self._set_random(int.from_bytes(seed[16:22], "little"))  # of 48 bits

    def _class(self, name):
        return jpy.get_type("java.lang.Class").forName(name, True, self._loader)

    def _take_unsafe(self):
        field = self._class("sun.misc.Unsafe").getDeclaredField("theUnsafe")
        # Java asks who calls, and takes Python for nobody; here a class of jpy does.
        j_runnable(lambda: field.setAccessible(True)).run()
        return field.get(None)

    def _offset(self, class_name, field_name):
        return self._unsafe.objectFieldOffset(self._field(class_name, field_name))

    def _field(self, class_name, *names):
        """A field that bears one of the names."""
        kind = self._class(class_name)
        there = {field.getName() for field in kind.getDeclaredFields()}
        for name in names:
            if name in there:
                return kind.getDeclaredField(name)
        raise RuntimeError(f"{class_name} has no {names[0]}: this Java is not known")

    def _place(self, class_name, *names):
        field = self._field(class_name, *names)
        return self._unsafe.staticFieldBase(field), self._unsafe.staticFieldOffset(field)

    def _static(self, class_name, *names):
        return self._unsafe.getObject(*self._place(class_name, *names))

    def _replace(self, value, class_name, *names):
        self._unsafe.putObject(*self._place(class_name, *names), value)

    def _threads(self):
        group = jpy.get_type("java.lang.Thread").currentThread().getThreadGroup()
        while group.getParent() is not None:
            group = group.getParent()
        room = group.activeCount() + 64  # for those that start meanwhile
        threads = jpy.array("java.lang.Thread", room)
        return [threads[i] for i in range(group.enumerate(threads, True))]
