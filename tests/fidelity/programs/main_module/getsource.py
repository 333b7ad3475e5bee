import inspect


class A:
    x = 1


def f(a, b=2):
    # a comment
    return a + b


print(inspect.getsource(A))
print(inspect.getsource(f))
print(inspect.getsourcelines(f)[1], inspect.getsourcefile(f) == __file__, inspect.getfile(A) == __file__)
