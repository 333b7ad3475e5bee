# Python's functions in formulas, with and without hints.
from typing import Optional

import numpy as np
import numpy.typing as npt
from deephaven import empty_table


def plain(x):
    return x * 2


def hinted(x: int, y: float) -> float:
    return x + y


def text(x: str) -> str:
    return x.upper()


def check(x: np.int32) -> bool:
    return bool(x % 2 == 0)


def whole(x: npt.NDArray[np.int32]) -> int:
    return int(np.sum(x))


def may_be(x: Optional[int]) -> Optional[int]:
    return None if x is None else x + 1


class Counter:
    def __init__(self):
        self.n = 0

    def __call__(self, x: int) -> int:
        self.n += 1
        return self.n


count = Counter()
table = empty_table(20).update([
    "A = (int)plain(i)", "B = hinted(i, 0.5)", "C = text(`t` + i)", "D = check(i)", "E = may_be(i)", "F = count(i)",
])
kept = table.where("check(A)").group_by().update("S = whole(A)")
print(table.to_string(num_rows=3), kept.view("S").to_string())
