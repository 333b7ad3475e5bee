# Python's variables in formulas.
from deephaven import empty_table

factor = 3
ratio = 0.75
label = "item"
limits = [2, 4]


def scaled(offset):
    return empty_table(8).update(["S = i * factor + offset", "R = S * ratio", "L = label + S"])


result = scaled(10).where(["S > factor", "L != label"])
print(result.to_string(), [row["S"] for row in result.iter_dict()])
