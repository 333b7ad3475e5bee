import numpy as np
from numba import int64, vectorize

from deephaven import empty_table
from deephaven.numpy import to_numpy

@vectorize([int64(int64)])
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps

numbers = empty_table(1_000).update(["N = ii + 1", "Steps = collatz(N)"])
longest = numbers.sort_descending("Steps").head(1)
assert to_numpy(longest.view(["N", "Steps"]))[0].tolist() == [871, 178]
again = collatz(np.arange(1, 1_001))
print(again.max(), numbers.view("Steps").avg_by().to_string())
