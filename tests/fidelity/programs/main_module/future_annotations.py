# fidelity: run=script,c,stdin
from __future__ import annotations

x: nonsense = 1  # noqa: F821
print(__annotations__)


def f(a: also_nonsense): ...  # noqa: F821


print(f.__annotations__)
