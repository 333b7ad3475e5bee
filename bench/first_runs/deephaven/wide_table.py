import numpy as np

from deephaven import agg
from deephaven.numpy import to_table
from deephaven.pandas import to_pandas

features = [f"F{n:02}" for n in range(56)]
data = np.random.default_rng(3).integers(0, 1_000, size=(250, 56))
wide = to_table(data, cols=features).update("Key = (int)(F00 % 8)")
scaled = wide.update_view([f"{name} = {name} / 10.0" for name in features[:6]])
summary = wide.agg_by([agg.avg(features[::2]), agg.max_(features[1::2])], by="Key").sort("Key")
total = wide.view("Sum = " + " + ".join(features[:25])).sum_by()
assert len(wide.columns) == 57 and len(summary.columns) == 57 and summary.size == 8
assert next(total.iter_tuple()).Sum == data[:, :25].sum()
frame = to_pandas(scaled.head(3), cols=["Key", *features[:20]])
print(frame.shape, summary.to_string(num_rows=2, cols=features[:5]), wide.meta_table.size)
