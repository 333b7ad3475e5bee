class A:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


one = A("one")
two = A("two")
_hidden = A("_hidden")
three = [A("in a list")]
print("end")
