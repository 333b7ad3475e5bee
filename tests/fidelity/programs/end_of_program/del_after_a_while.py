import time


class A:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del of", self.name)


first = A("the first")
time.sleep(1.5)
second = A("the second")
print("slept")
