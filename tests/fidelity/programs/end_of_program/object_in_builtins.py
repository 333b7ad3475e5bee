import builtins


class A:
    def __del__(self):
        print("del of a builtin")


builtins.kept = A()
