import sys


class Broken:
    def write(self, text):
        raise RuntimeError("cannot write")


print("x")
sys.stderr = Broken()
raise ValueError("who shows this?")
