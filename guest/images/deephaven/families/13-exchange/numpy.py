# To and from NumPy.
import numpy as np
from deephaven import empty_table
from deephaven.numpy import to_numpy, to_table

values = to_numpy(empty_table(6).update(["A = i * 1.0", "B = i * 0.5"]))
table = to_table(values * 2, cols=["X", "Y"])
whole = to_numpy(empty_table(6).update(["N = ii"]), ["N"]).ravel()
print(values.mean(axis=0), table.to_string(), whole.cumsum(), np.linalg.norm(values), np.sort(values[:, 0])[::-1])
rng = np.random.default_rng(1)
print(rng.normal(size=3).round(3), np.where(whole > 2, whole, 0), np.dot(values.T, values).tolist(), np.percentile(whole, 50))
