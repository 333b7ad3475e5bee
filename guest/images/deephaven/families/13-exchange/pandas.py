# To and from pandas.
import numpy as np
import pandas as pd
from deephaven import empty_table
from deephaven.pandas import to_pandas, to_table

frame = pd.DataFrame({
    "n": [1, 2, 3], "x": [0.5, np.nan, 2.5], "s": ["a", None, "c"], "b": [True, False, True],
    "t": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True),
})
table = to_table(frame).update("y = x * n")
back = to_pandas(table)
print(back, back.dtypes, back.describe())
other = to_pandas(empty_table(10).update(["key = `k` + i % 2", "v = i * 0.5", "w = '2024-01-01T00:00:00Z' + i * DAY"]))
print(other.groupby("key").v.agg(["mean", "sum"]), other.merge(other, on="key").shape, other.sort_values("v").head(2))
print(to_pandas(table, cols=["n", "x"]).to_string(), other.pivot_table(index="key", values="v").round(2))
