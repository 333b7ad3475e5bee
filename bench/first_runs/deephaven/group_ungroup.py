from deephaven import agg, new_table
from deephaven.column import float_col, string_col

lines = new_table([
    string_col("Invoice", ["A1", "A1", "B7", "B7", "B7", "C3"]),
    string_col("Item", ["pen", "ink", "cup", "pen", "mat", "cup"]),
    float_col("Cost", [1.5, 6.0, 4.25, 1.5, 9.0, 4.25]),
])
grouped = lines.group_by("Invoice").update([
    "Count = Cost.size()",
    "Dearest = max(Cost)",
    "Sorted = sort(Cost)",
    "Joined = String.join(`+`, Item)",
])
flat = grouped.view(["Invoice", "Item", "Cost", "Share = Cost / sum(Cost)"]).ungroup()
items = lines.agg_by([agg.group("Costs = Cost"), agg.distinct("Where = Invoice"),
                      agg.count_distinct("Invoices = Invoice"), agg.unique("Only = Invoice")], "Item")
assert flat.size == lines.size and items.where("Invoices > 1").size == 2
print(grouped.drop_columns("Item").to_string())
print(flat.update("Share = Math.round(Share * 1000) / 10.0").to_string(), items.to_string())
