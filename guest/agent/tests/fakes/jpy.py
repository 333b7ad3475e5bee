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

    def set(self, value):
        assert -(1 << 63) <= value < 1 << 63
        self.value = value


class Random:
    value = 0
    setSeed = AtomicLong.set


class Thread:
    """The current one, and in `others` those that also live."""

    others = []
    threadLocalRandomSeed = threadLocalRandomProbe = 99

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


class ThreadLocalRandom:
    haveNextNextGaussian = True

    @staticmethod
    def current():
        _main.threadLocalRandomProbe = _main.threadLocalRandomProbe or 77
        return _local


class Unsafe:
    """Where a field is: its object, or its class, and its name."""

    staticFieldBase = staticmethod(lambda field: field.of)
    staticFieldOffset = objectFieldOffset = staticmethod(lambda field: field.name)

    @staticmethod
    def getObject(base, name):
        return statics[base][name]

    @staticmethod
    def putObject(base, name, value):
        statics[base][name] = value

    putInt = putLong = putBoolean = staticmethod(setattr)


class Class:
    """Any class: it has the fields that are asked for, or those in `fields`."""

    fields = {"java.util.Collections": ["r"], "jdk.random.Xoshiro256PlusPlus": ["DEFAULT_GEN"]}

    def __init__(self, name):
        self.name = name

    @staticmethod
    def forName(name, initialize, loader):
        return Class(name)

    def getDeclaredFields(self):
        names = self.fields.get(
            self.name, ["seeder", "seedUniquifier", "defaultGen", "randomNumberGenerator", "INSTANCE"]
        )
        return [self.getDeclaredField(name) for name in names]

    def getDeclaredField(self, name):
        value = Unsafe if name == "theUnsafe" else None
        return types.SimpleNamespace(
            of=self.name, name=name, getName=lambda: name, get=lambda of: value,
            setAccessible=lambda yes: None,
        )  # fmt: skip


def _first(name):
    holds = types.SimpleNamespace(buffered=8) if name == "INSTANCE" else None
    return holds or (Random() if name == "randomNumberGenerator" else AtomicLong())


class _Statics(dict):
    def __missing__(self, name):
        return None if name == "r" else self.setdefault(name, _first(name))


_main = Thread()
_local = ThreadLocalRandom()
statics = _collections.defaultdict(_Statics)


def get_type(name):
    if name == "java.lang.ClassLoader":
        return types.SimpleNamespace(getSystemClassLoader=lambda: None)
    return globals().get(name.rpartition(".")[2], name)


def array(kind, length):
    return [None] * length


def cast(thing, kind):
    assert kind.endswith("ScriptSessionQueryScope")
    return thing
