from deephaven import agg, empty_table, new_table
from deephaven.column import double_col, string_col

offers = empty_table(150).update([
    "Market = i % 2 == 0 ? `spot` : `term`",
    "Offer = (i * 13 % 150) * 0.5",
]).sort(["Market", "Offer"])
bands = new_table([
    string_col("Market", ["spot", "term", "spot"]),
    double_col("Low", [10.0, 30.0, 74.9]),
    double_col("High", [20.0, 31.0, 80.0]),
])
matched = bands.range_join(offers, on=["Market", "Low <= Offer <= High"], aggs=agg.group("Offer"))
counted = matched.update(["N = isNull(Offer) ? 0 : Offer.size()", "Mean = avg(Offer)"])
assert counted.size == 3
print(counted.view(["Market", "Low", "High", "N", "Mean"]).to_string())
