import sys


class A:
    def __del__(self, sys=sys):
        print("finalizing", sys.is_finalizing())


print(sys.is_finalizing())
a = A()
sys.keep = A()
