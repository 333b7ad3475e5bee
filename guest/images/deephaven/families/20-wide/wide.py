# Many columns, and formulas that are made.
from deephaven import agg, empty_table

wide = empty_table(20).update([f"C{n} = i * {n} + {n % 7}" for n in range(36)])
total = wide.update("Total = " + " + ".join(f"C{n}" for n in range(36)))
summed = wide.update("Key = i % 2").agg_by([agg.sum_([f"C{n}" for n in range(18)]), agg.avg([f"C{n}" for n in range(18, 36)])], by="Key")
print(total.view(["C1", "Total"]).to_string(num_rows=2), summed.to_string(cols=["Key", "C5"]), len(wide.column_names))
