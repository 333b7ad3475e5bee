import atexit


@atexit.register
def first():
    print("first")


@atexit.register
def second():
    raise ValueError("in atexit")


print("end")
