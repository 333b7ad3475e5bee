import sys


def f():
    secret = 5
    raise ValueError("x")


try:
    f()
except ValueError:
    trace = sys.exc_info()[2]
    while trace.tb_next:
        trace = trace.tb_next
    print(trace.tb_frame.f_locals)
