import types


class A:
    def __del__(self):
        print("del of a module's")


module = types.ModuleType("made")
module.value = A()
