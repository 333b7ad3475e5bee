import pandas as pd

from deephaven import agg
from deephaven.pandas import to_pandas, to_table

frame = pd.DataFrame({
    "city": ["Oslo", "Lima", "Oslo", "Pune", "Lima"],
    "day": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02", "2024-01-03"]),
    "rain": [1.5, None, 0.0, 12.25, 3.0],
    "wet": [True, False, False, True, True],
})
weather = to_table(frame).update("mm = isNaN(rain) || isNull(rain) ? 0.0 : rain")
sums = weather.agg_by([agg.sum_("mm"), agg.count_("days")], by="city").sort("city")
back = to_pandas(sums).set_index("city")
assert back.loc["Oslo", "mm"] == 1.5 and back["days"].sum() == 5
pivot = to_pandas(weather).pivot_table(index="city", columns="wet", values="mm", aggfunc="sum")
print(pivot.fillna(0).round(2).to_string())
print(to_pandas(weather.head(2), cols=["city", "mm"], dtype_backend=None, conv_null=False).dtypes.to_string())
