# Joins by what was last, within a range, outer ones, and tables below one another.
from deephaven import empty_table, merge
from deephaven.agg import avg, group
from deephaven.experimental.outer_joins import full_outer_join, left_outer_join

trades = empty_table(40).update([
    "Sym = i % 2 == 0 ? `X` : `Y`", "When = '2024-01-02T10:00:00Z' + i * 7 * SECOND", "Price = i * 1.0",
])
quotes = empty_table(100).update([
    "Sym = i % 2 == 0 ? `X` : `Y`", "When = '2024-01-02T10:00:00Z' + i * 3 * SECOND", "Bid = i * 0.9",
])
a = trades.aj(quotes, on=["Sym", "When"], joins=["Bid", "At = When"])
b = trades.raj(quotes, on=["Sym", "When"], joins="Next = Bid")
bounds = empty_table(3).update(["Low = i * 10", "High = i * 10 + 5"])
c = bounds.range_join(empty_table(40).update("N = i").sort("N"), on=["Low <= N <= High"], aggs=[group("N")])
d = left_outer_join(trades.head(3), quotes.head(2), on="Sym", joins="Bid")
e = full_outer_join(trades.head(3), quotes.head(2), on="Sym", joins="Bid")
f = merge([trades.head(2), trades.tail(2)])
print(a.to_string(num_rows=2), b.to_string(num_rows=2), c.to_string(), d.size, e.size, f.to_string())
