import types


class A:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Holder:
    attribute = A("of a class")


module = types.ModuleType("made")
module.value = A("of a module")
