import atexit
import sys


@atexit.register
def first():
    print("first")


@atexit.register
def second():
    sys.exit(7)
