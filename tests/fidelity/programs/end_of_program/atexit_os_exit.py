import atexit
import os


def leave():
    print("leaving", flush=True)
    os._exit(9)


atexit.register(leave)
