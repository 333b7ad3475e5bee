from deephaven import empty_table
from deephaven.experimental.data_index import data_index, has_data_index
from deephaven.table import SortDirection, keyed_transpose
from deephaven import agg

calls = empty_table(1_200).update([
    "Country = new String[]{`FR`, `DE`, `IT`}[i % 3]",
    "Quarter = `Q` + (1 + i % 4)",
    "Seconds = 30 + (i * 41) % 600",
])
index = data_index(calls, ["Country"])
german = calls.where("Country = `DE`")
totals = calls.agg_by(agg.sum_("Seconds"), by=["Country", "Quarter"])
ordered = totals.sort(["Country", "Seconds"], [SortDirection.ASCENDING, SortDirection.DESCENDING])
wide = keyed_transpose(calls, [agg.count_("N")], row_by_cols=["Country"], col_by_cols=["Quarter"])
assert has_data_index(calls, ["Country"]) and index.table.size == 3 and german.size == 400
assert len(wide.columns) == 5
print(ordered.to_string(), wide.sort("Country").to_string())
