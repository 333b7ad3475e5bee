# Tables of each kind, which the channel shows at the end.
from deephaven import agg, empty_table, time_table

static = empty_table(100).update(["Id = i", "Real = i / 3.0", "Text = `a longer text ` + i", "At = '2024-01-01T00:00:00Z' + i * SECOND", "Bool = i % 2 == 0", "Char = 'c'", "Long = ii"])
arrays = static.group_by("Bool").view(["Bool", "Id", "Text"])
nothing = static.where("Id < 0")
refreshing = time_table("PT1s").update("N = ii")
parts = static.partition_by("Bool")
rollup = static.rollup(aggs=[agg.sum_("Real")], by=["Bool"])
frame = __import__("deephaven.pandas", fromlist=["to_pandas"]).to_pandas(static.head(5))
