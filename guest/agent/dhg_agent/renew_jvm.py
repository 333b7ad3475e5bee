"""Makes the JVM of a clone draw other random numbers than its siblings.

Renewed, each from its own part of a seed:
- ThreadLocalRandom, and with it Deephaven's random(), randomInt(), randomDouble(),
  randomGaussian() and so on in formulas: for the thread that runs programs, for every
  thread that was alive at the snapshot, and for those that start later;
- Math.random(), StrictMath.random(), Collections.shuffle(list);
- the seeds of new java.util.Random() (mixed with System.nanoTime(), as always: two of
  the same seed do not agree), of new SplittableRandom(), and of the RandomGenerators by
  name, as L64X128MixRandom;
- what the operating system's SecureRandom (the default; UUID.randomUUID() has it) has
  read from the kernel in advance is dropped, so that it reads anew. What it mixes into
  that is shared, which does no harm.

Not renewed: generators that a program of the setup made and kept, whatever their class
(java.util.Random, SplittableRandom, SecureRandom of the kinds DRBG and SHA1PRNG);
Object.hashCode(); the order of Set.of() and Map.of(), whose salt places the elements of
sets that exist.

What runs for the first time in a restored guest is slow, and so is each step from Python
into Java. So all is looked up before the snapshot; of threads only a mark is removed
there, without which they take a new seed by themselves; and the named generators are
made to share one source of seeds.
"""

import hashlib
import struct

import jpy
from deephaven.jcompat import j_runnable

SEED_BYTES = 32

_NAMED = (
    "L32X64MixRandom", "L64X128MixRandom", "L64X128StarStarRandom", "L64X256MixRandom",
    "L64X1024MixRandom", "L128X128MixRandom", "L128X256MixRandom", "L128X1024MixRandom",
    "Xoroshiro128PlusPlus", "Xoshiro256PlusPlus",
)  # fmt: skip
_SEED_SOURCES = ("defaultGen", "DEFAULT_GEN")

# Compiled by then, whichever compiler the JVM has been told to use.
_PRACTICE = 300


class Generators:
    """The random state of this process's JVM. Raises where it cannot be found.

    To be made before much has run: code that is compiled keeps constants.
    """

    def __init__(self):
        self._loader = jpy.get_type("java.lang.ClassLoader").getSystemClassLoader()
        self._unsafe = self._take_unsafe()
        self._Thread = jpy.get_type("java.lang.Thread")
        self._thread_seed = self._offset("java.lang.Thread", "threadLocalRandomSeed")
        self._thread_probe = self._offset("java.lang.Thread", "threadLocalRandomProbe")
        self._second_gaussian = self._offset("java.util.Random", "haveNextNextGaussian")
        self._take_program_thread()

        local = self._static("java.util.concurrent.ThreadLocalRandom", "seeder")
        uniquifier = self._static("java.util.Random", "seedUniquifier")
        splittable = self._static("java.util.SplittableRandom", "defaultGen")
        holder = "$RandomNumberGeneratorHolder"
        math = self._static("java.lang.Math" + holder, "randomNumberGenerator")
        strict = self._static("java.lang.StrictMath" + holder, "randomNumberGenerator")
        self._setters = [
            local.set, uniquifier.set, splittable.set, math.setSeed, strict.setSeed,
            self._shuffles().setSeed, self._named().set,
        ]  # fmt: skip
        self._secure, self._buffered = self._secure_random()

    def prepare(self):
        """A snapshot follows, as soon as possible."""
        self._take_program_thread()
        for _ in range(_PRACTICE):
            self.renew(bytes(SEED_BYTES))
        for thread in self._threads():
            # "Has no seed yet".
            self._unsafe.putInt(thread, self._thread_probe, 0)
        # This one has its own, so that which number it draws first depends on nobody else.
        local = jpy.get_type("java.util.concurrent.ThreadLocalRandom").current()
        # Gaussians are made in pairs, of which one may be left; all threads share it.
        self._unsafe.putBoolean(local, self._second_gaussian, False)

    def renew(self, seed):
        """Takes new seeds, from SEED_BYTES bytes."""
        # As many as there are setters and the program's thread.
        *others, own = struct.unpack("<8q", hashlib.blake2b(seed).digest())
        for setter, value in zip(self._setters, others):
            setter(value | 1)  # the uniquifier is multiplied
        self._unsafe.putLong(self._program_thread, self._thread_seed, own)
        self._unsafe.putInt(self._secure, self._buffered, 0)

    def _class(self, name):
        return jpy.get_type("java.lang.Class").forName(name, True, self._loader)

    def _take_unsafe(self):
        field = self._class("sun.misc.Unsafe").getDeclaredField("theUnsafe")
        # Java asks who calls, and takes Python for nobody; here a class of jpy does.
        j_runnable(lambda: field.setAccessible(True)).run()
        return field.get(None)

    def _offset(self, class_name, field_name):
        field = self._class(class_name).getDeclaredField(field_name)
        return self._unsafe.objectFieldOffset(field)

    def _take_program_thread(self):
        self._program_thread = self._Thread.currentThread()

    def _threads(self):
        group = self._program_thread.getThreadGroup()
        while group.getParent() is not None:
            group = group.getParent()
        room = group.activeCount() + 64  # for those that start meanwhile
        threads = jpy.array("java.lang.Thread", room)
        return [threads[i] for i in range(group.enumerate(threads, True))]

    def _place(self, class_name, *field_names):
        """Where a static field is: by one of its names."""
        kind = self._class(class_name)
        names = {field.getName() for field in kind.getDeclaredFields()}
        for name in field_names:
            if name in names:
                field = kind.getDeclaredField(name)
                return self._unsafe.staticFieldBase(field), self._unsafe.staticFieldOffset(field)
        raise RuntimeError(f"{class_name} has no {field_names[0]}: this Java is not known")

    def _static(self, class_name, *field_names):
        return self._unsafe.getObject(*self._place(class_name, *field_names))

    def _shuffles(self):
        """The generator that Collections.shuffle() would make for itself."""
        place = self._place("java.util.Collections", "r")
        if self._unsafe.getObject(*place) is None:
            self._unsafe.putObject(*place, jpy.get_type("java.util.Random")())
        return self._unsafe.getObject(*place)

    def _named(self):
        """The source of seeds that all named generators have from now on."""
        source = jpy.get_type("java.util.concurrent.atomic.AtomicLong")()
        for name in _NAMED:
            self._unsafe.putObject(*self._place("jdk.random." + name, *_SEED_SOURCES), source)
        return source

    def _secure_random(self):
        """The object that reads from the kernel, and where it counts what it has left."""
        native = "sun.security.provider.NativePRNG"
        return self._static(native, "INSTANCE"), self._offset(native + "$RandomIO", "buffered")
