# fidelity: run=script,c
import faulthandler


def f():
    faulthandler.dump_traceback(all_threads=False)


f()
