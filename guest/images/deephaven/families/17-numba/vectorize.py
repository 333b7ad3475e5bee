# Functions that numba compiles, where it is installed.
try:
    import numba
except ImportError:
    numba = None
if numba:
    import numpy as np
    from deephaven import empty_table

    @numba.vectorize([numba.float64(numba.int32, numba.float64)])
    def weighed(x, y):
        return x * 2 + y

    @numba.njit
    def summed(values):
        total = 0.0
        for value in values:
            total += value
        return total

    print(empty_table(10).update(["Y = i * 0.5", "Z = weighed(i, Y)"]).to_string(num_rows=2), summed(np.arange(10.0)))
