# Orders, and parts of a table.
from deephaven import SortDirection, empty_table

table = empty_table(120).update([
    "Key = `k` + (i * 7 % 11)", "Number = (i * 37) % 101", "Real = ((i * 53) % 97) / 4.0",
    "When = '2024-01-01T00:00:00Z' + ((i * 31) % 60) * SECOND", "Wide = ii * 17 % 23",
])
a = table.sort("Key").head(4)
b = table.sort_descending(["Number"]).head(4)
c = table.sort(["Key", "Real"], [SortDirection.ASCENDING, SortDirection.DESCENDING]).tail(4)
d = table.sort(["When", "Wide"]).reverse().head(4)
print(a.to_string(), b.to_string(), c.to_string(), d.to_string())
print(table.first_by("Key").size, table.last_by("Key").size, table.head_by(2, "Key").size,
      table.tail_by(1, ["Key"]).size)
