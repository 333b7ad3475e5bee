from deephaven import empty_table, merge, merge_sorted
from deephaven.table import table_diff

def server(number, rows):
    return empty_table(rows).update([
        "At = '2025-07-01T06:00:00Z' + (long)(i * number * SECOND)",
        "Host = `web` + number",
        "Status = i % 10 == number ? 500 : 200",
    ])

logs = [server(n, 40 * n) for n in (1, 2, 3)]
everything = merge_sorted(logs, order_by="At")
unsorted = merge([*logs, everything.where("Status = 500")])
errors = everything.where("Status >= 500").count_by("Errors", by=["Host", "Status"]).sort("Host")
assert everything.size == 240 and unsorted.size == 264, (everything.size, unsorted.size)
assert table_diff(logs[0], logs[0].select()) == ""
assert [row.Errors for row in errors.iter_tuple()] == [4, 8, 12]
print(everything.head(5).to_string(), errors.to_string())
