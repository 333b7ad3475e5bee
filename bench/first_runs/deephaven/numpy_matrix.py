import numpy as np

from deephaven import numpy as dhnp
from deephaven.updateby import cum_sum

draws = np.random.default_rng(2024).normal(size=(500, 3))
table = dhnp.to_table(draws, cols=["X", "Y", "Z"])
near = table.update(["R = Math.sqrt(X * X + Y * Y + Z * Z)"]).where("R < 1")
walk = table.update_by(cum_sum(["X", "Y", "Z"]))
end = dhnp.to_numpy(walk.tail(1))[0]
inside = (np.linalg.norm(draws, axis=1) < 1).sum()
assert near.size == inside
assert np.allclose(end, draws.sum(axis=0))
covariance = np.cov(dhnp.to_numpy(near, cols=["X", "Y"]).T)
print(near.size, np.round(end, 6), np.round(covariance, 4))
