from deephaven import empty_table

table = empty_table(10).update(["x = i", "y = x * x"])
print(table.size)
