from deephaven import agg, empty_table

shop = empty_table(2_000).update([
    "Year = 2019 + i % 4",
    "Section = i % 7 < 3 ? `toys` : `garden`",
    "Brand = `brand` + (i % 11)",
    "Units = 1 + i % 6",
    "Revenue = Units * (2.5 + i % 13)",
])
aggs = [agg.sum_(["Units", "Revenue"]), agg.avg("Mean = Revenue"), agg.count_("Sales")]
rolled = shop.rollup(aggs=aggs, by=["Year", "Section", "Brand"], include_constituents=False)
flat = shop.agg_by(aggs, by=["Year", "Section"]).sort(["Year", "Section"])
weighted = shop.view(["Section", "Units", "Revenue"]).weighted_avg_by("Units", by="Section")
assert flat.size == 8 and sum(row.Sales for row in flat.iter_tuple()) == 2_000
print(type(rolled).__name__, flat.to_string(), weighted.to_string())
