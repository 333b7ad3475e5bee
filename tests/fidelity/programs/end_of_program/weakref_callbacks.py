import weakref


class A:
    pass


a = A()
r = weakref.ref(a, lambda ref: print("callback"))
del a
b = A()
s = weakref.ref(b, lambda ref: print("at the end?"))
print("end")
