import sys


class Broken:
    def write(self, text):
        raise RuntimeError("cannot write")

    def flush(self):
        raise RuntimeError("cannot flush")


sys.stdout = Broken()
