# To and from Arrow.
import pyarrow as pa
import pyarrow.compute as pc
from deephaven import arrow, empty_table

made = pa.table({"n": [1, 2, 3], "x": [0.5, None, 1.5], "s": ["a", "b", None], "b": [True, False, None]})
table = arrow.to_table(made).update("z = n + x")
back = arrow.to_arrow(table)
print(back.schema, back.to_pydict(), pc.sum(back["n"]), arrow.to_arrow(empty_table(3).update(["t = '2024-01-01T00:00:00Z' + i * HOUR", "s = `k` + i"])))
