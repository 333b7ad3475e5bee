import numpy as np

from deephaven import empty_table
from deephaven.learn import Input, Output, gather, learn

points = empty_table(64).update(["X = i / 8.0", "Y = 3 * X - 2 + (i % 2 == 0 ? 0.25 : -0.25)"])

def features(rows, cols):
    return gather.table_to_numpy_2d(rows, cols, np_type=np.double)

def fit(x):
    slope, offset = np.polyfit(x[:, 0], x[:, 1], 1)
    return slope * x[:, 0] + offset

def scatter(data, index):
    return data[index]

fitted = learn(table=points, model_func=fit, inputs=[Input(["X", "Y"], features)],
               outputs=[Output("Fit", scatter, "double")], batch_size=points.size)
worst = fitted.update("Off = Math.abs(Fit - Y)").view("Off").max_by()
off = next(worst.iter_tuple()).Off
assert 0.2 < off < 0.3, off
print(round(off, 4))
