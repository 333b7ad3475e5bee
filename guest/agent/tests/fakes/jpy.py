"""A stand-in for the bridge to Java."""

collections = 0


class System:
    @staticmethod
    def gc():
        global collections
        collections += 1

    @staticmethod
    def runFinalization():
        pass


def get_type(name):
    return System if name == "java.lang.System" else name


def cast(thing, kind):
    assert kind.endswith("ScriptSessionQueryScope")
    return thing
