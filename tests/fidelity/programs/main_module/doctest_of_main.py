"""
>>> double(2)
4
>>> double("a")
'bb'
"""

import doctest


def double(x):
    return x * 2


print(doctest.testmod())
