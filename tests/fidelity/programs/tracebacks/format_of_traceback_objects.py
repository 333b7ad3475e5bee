import sys
import traceback


def f():
    g()


def g():
    raise ValueError("x")


try:
    f()
except ValueError as error:
    for frame in traceback.extract_tb(error.__traceback__):
        print(frame.name, frame.lineno, frame.line, frame.colno, frame.end_colno)
    print(sys.exc_info()[1] is error, error.__traceback__.tb_frame.f_code.co_name)
