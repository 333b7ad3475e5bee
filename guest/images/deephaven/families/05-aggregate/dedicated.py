# One aggregation for all columns.
from deephaven import empty_table

table = empty_table(300).update([
    "Key = `k` + (i % 4)", "Part = i % 3", "Int = i", "Real = i * 0.5", "Long = ii * 2",
])
numbers = table.view(["Key", "Int", "Real", "Long"])
results = [
    numbers.sum_by("Key"), numbers.avg_by("Key"), numbers.min_by("Key"), numbers.max_by("Key"),
    numbers.std_by("Key"), numbers.var_by("Key"), numbers.median_by("Key"),
    table.count_by("N", ["Key", "Part"]), numbers.group_by("Key"), numbers.abs_sum_by("Key"),
    numbers.weighted_avg_by("Real", "Key"), numbers.drop_columns("Key").sum_by(),
]
for result in results:
    print(result.to_string(num_rows=2))
print(numbers.group_by("Key").ungroup().size)
