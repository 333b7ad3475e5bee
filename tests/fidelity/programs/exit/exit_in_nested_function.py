import sys


def leave():
    try:
        sys.exit(11)
    finally:
        print("finally")


class Manager:
    def __enter__(self):
        print("enter")

    def __exit__(self, *error):
        print("exit", error[0].__name__)


with Manager():
    leave()
