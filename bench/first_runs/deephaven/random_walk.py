import numpy as np

from deephaven import empty_table
from deephaven.pandas import to_pandas
from deephaven.updateby import cum_max, cum_sum, rolling_formula_tick

random = np.random.default_rng(11)
steps = random.choice([-1, 1], size=2_000)

def step(n: int) -> int:
    return int(steps[n])

walk = (empty_table(2_000).update(["Path = (int)(i / 500)", "Step = step(i)"])
        .update_by([cum_sum("Place = Step")], by="Path")
        .update_by([cum_max("High = Place"),
                    rolling_formula_tick("max(x) - min(x)", "x", "Range = Place", rev_ticks=50)], by="Path")
        .update("Down = High - Place"))
frame = to_pandas(walk.view(["Path", "Place", "Down", "Range"]))
grouped = frame.groupby("Path").agg({"Place": "last", "Down": "max", "Range": "max"})
assert (grouped["Place"].to_numpy() == steps.reshape(4, 500).sum(axis=1)).all()
print(grouped.to_string())
