class A:
    def __del__(self):
        print("del of a class's")


class Holder:
    attribute = A()
