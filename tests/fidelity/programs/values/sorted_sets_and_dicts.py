print(sorted({3, 1, 2}), {1: "a", 2: "b"}, frozenset([1]), {*()}, dict(zip("ab", [1, 2])))
