# fidelity: run=script,c
import weakref


class A:
    pass


a = A()
f = weakref.finalize(a, print, "finalized")
g = weakref.finalize(a, print, "not at exit")
g.atexit = False
