from deephaven import agg, empty_table
from deephaven.pandas import to_pandas

columns = [f"F{n:02} = (i * {n + 3}) % 97 / {n + 1}.0" for n in range(60)]
wide = empty_table(250).update(["Key = i % 8", *columns])
features = [f"F{n:02}" for n in range(60)]
scaled = wide.update_view([f"{f} = {f} * 100" for f in features[:10]])
summary = wide.agg_by([agg.avg(features[::2]), agg.max_(features[1::2])], by="Key").sort("Key")
narrow = wide.view(["Key", "Sum = " + " + ".join(features)]).sum_by("Key")
assert len(wide.columns) == 61 and len(summary.columns) == 61
assert to_pandas(scaled.head(3)).shape == (3, 61)
print(summary.to_string(num_rows=2, cols=features[:6]), narrow.size, wide.meta_table.size)
