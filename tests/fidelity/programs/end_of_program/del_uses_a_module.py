import os
import sys


class A:
    def __del__(self):
        print("path", os.path.join("a", "b"), sys.getrecursionlimit() > 0)


a = A()
