import timeit

print(timeit.timeit("1 + 1", number=10) >= 0)
t = timeit.Timer("1 / 0")
try:
    t.timeit(1)
except ZeroDivisionError:
    t.print_exc()
