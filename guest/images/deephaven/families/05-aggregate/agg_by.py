# Several aggregations at once.
from deephaven import agg, empty_table

table = empty_table(300).update([
    "Account = `a` + (i % 5)", "Side = i % 2", "Price = 10 + (i % 13) * 0.25", "Size = i % 17",
    "When = '2024-03-01T09:30:00Z' + i * SECOND", "Id = ii",
])
summary = table.agg_by([
    agg.sum_(["Total = Size", "Paid = Price"]), agg.avg("Mean = Price"), agg.count_("N"),
    agg.min_(["Low = Price", "Smallest = Size"]), agg.max_(["High = Price", "Last = When"]),
    agg.first("Open = Price"), agg.last("Close = Price"), agg.std("Spread = Price"),
    agg.var("Variance = Price"), agg.median("Middle = Price"), agg.pct(0.9, "P90 = Price"),
    agg.count_distinct("Kinds = Size"), agg.unique("Only = Side"), agg.distinct("All = Side"),
    agg.group("Ids = Id"), agg.weighted_avg("Size", "Vwap = Price"), agg.weighted_sum("Size", "Sum = Price"),
    agg.abs_sum("Absolute = Size"), agg.sorted_first("Price", "Cheapest = Id"),
    agg.sorted_last("Price", "Dearest = Id"), agg.formula("Range = max(Price) - min(Price)"),
], by=["Account", "Side"])
print(summary.to_string(num_rows=3))
print(table.agg_by(agg.count_("N"), by="Size").sort("Size").to_string(num_rows=2))
print(table.agg_by([agg.avg("Price")]).to_string(), table.agg_all_by(agg.last(), by="Account").size)
print(table.count_by("N").to_string(), table.agg_by([agg.sum_("Size")], by="Price").size)
