"""A stand-in for the bridge to Java, and for as much of Java as the agent touches."""

import collections as _collections
import types

collections = 0


class System:
    @staticmethod
    def gc():
        global collections
        collections += 1

    @staticmethod
    def runFinalization():
        pass


class AtomicLong:
    value = 0


class Random:
    haveNextNextGaussian = True

    def __init__(self):
        self.seed = AtomicLong()


class Thread:
    """The current one, and in `others` those that also live."""

    others = []
    threadLocalRandomProbe = 99

    @staticmethod
    def currentThread():
        return _main

    def getThreadGroup(self):
        return _Group(_Group(None))


class _Group:
    def __init__(self, parent):
        self._parent = parent

    def getParent(self):
        return self._parent

    def activeCount(self):
        return 1 + len(Thread.others)

    def enumerate(self, room, recurse):
        assert self._parent is None and recurse
        found = [_main, *Thread.others]
        room[: len(found)] = found
        return len(found)


class Unsafe:
    """Where a field is: its class or object, and its name."""

    staticFieldBase = staticmethod(lambda field: statics[field.of])
    staticFieldOffset = objectFieldOffset = staticmethod(lambda field: field.name)
    getObject = staticmethod(getattr)
    putObject = putInt = putBoolean = staticmethod(setattr)


class Class:
    """Any class that `fields` has, with these fields."""

    fields = {
        "sun.misc.Unsafe": ["theUnsafe"],
        "java.lang.Thread": ["threadLocalRandomProbe"],
        "java.lang.Math$RandomNumberGeneratorHolder": ["randomNumberGenerator"],
        "java.lang.StrictMath$RandomNumberGeneratorHolder": ["randomNumberGenerator"],
        "java.util.Collections": ["r"],
        "java.util.Random": ["seed", "haveNextNextGaussian", "seedUniquifier"],
        "java.util.SplittableRandom": ["defaultGen"],
        "java.util.concurrent.ThreadLocalRandom": ["seeder", "instance"],
        "sun.security.provider.NativePRNG": ["INSTANCE"],
        "sun.security.provider.NativePRNG$RandomIO": ["buffered"],
        "jdk.random.Xoshiro256PlusPlus": ["DEFAULT_GEN"],
    }

    def __init__(self, name):
        self.name = name

    @staticmethod
    def forName(name, initialize, loader):
        return Class(name)

    def getDeclaredFields(self):
        names = self.fields.get(self.name) or ["defaultGen"] * self.name.startswith("jdk.random.")
        return [self.getDeclaredField(name) for name in names]

    def getDeclaredField(self, name):
        return types.SimpleNamespace(
            of=self.name, name=name, getName=lambda: name, get=lambda of: Unsafe,
            setAccessible=lambda yes: None,
        )  # fmt: skip


_main = Thread()
statics = _collections.defaultdict(types.SimpleNamespace)
statics["java.util.Random"].seedUniquifier = AtomicLong()
statics["java.util.concurrent.ThreadLocalRandom"].seeder = AtomicLong()
statics["java.util.concurrent.ThreadLocalRandom"].instance = Random()
statics["sun.security.provider.NativePRNG"].INSTANCE = types.SimpleNamespace(buffered=8)


class _Anything:
    """Whatever is asked of it, there is something."""

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments):
        return self


class _Jni:
    """In place of dhg_agent.jni.Jni, which speaks with a JVM that is none of jpy's business."""

    def static(self, kind, name, signature):
        return getattr(statics[kind.decode().replace("/", ".")], name.decode())

    def member(self, of, kind, name, signature):
        return getattr(of, name.decode())

    def field(self, kind, name, signature):
        return name.decode()

    def setter(self, of, field):
        def store(value):
            assert 0 <= value < 1 << 64
            setattr(of, field, value)

        return store


try:
    import dhg_agent.jni
except ImportError:  # whoever imports this is no agent
    pass
else:
    dhg_agent.jni.Jni = _Jni


def get_type(name):
    if name == "java.lang.ClassLoader":
        return types.SimpleNamespace(getSystemClassLoader=lambda: None)
    if name.startswith(("java.lang.invoke.", "java.io.", "io.deephaven.")):
        return _Anything()
    if name in ("java.lang.Void", "java.lang.Boolean", "java.util.concurrent.ArrayBlockingQueue"):
        return _Anything()
    return globals()[name.rpartition(".")[2]]


def array(kind, length):
    return [None] * length


def cast(thing, kind):
    assert kind.endswith("ScriptSessionQueryScope")
    return thing
