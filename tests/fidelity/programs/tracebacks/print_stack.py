# fidelity: run=script,c,stdin
import traceback

traceback.print_stack()


def f():
    traceback.print_stack()


f()
