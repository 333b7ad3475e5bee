# What a program prints that ends by an error of Python's.
import sys
import traceback

try:
    def deeper(n):
        return deeper(n - 1) if n else 1 / 0

    deeper(3)
except ZeroDivisionError:
    sys.excepthook(*sys.exc_info())
    print("".join(traceback.format_exception(*sys.exc_info()))[:40])
