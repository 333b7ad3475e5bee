import os
import tempfile

import pyarrow as pa
import pyarrow.feather as feather

from deephaven import arrow

batch = pa.table({
    "code": pa.array(["x", "y", None, "x"]),
    "qty": pa.array([4, None, 6, 9], pa.int32()),
    "weight": pa.array([0.5, 1.25, 2.0, 4.0], pa.float64()),
    "ok": pa.array([True, False, None, True]),
})
table = arrow.to_table(batch, cols=["code", "qty", "weight"])
load = table.update("Load = qty * weight").where("!isNull(code)")
result = arrow.to_arrow(load)
assert result.num_rows == 3 and result.column("Load").to_pylist() == [2.0, None, 36.0]
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "batch.feather")
    feather.write_feather(batch, path, compression="uncompressed")
    print(arrow.read_feather(path).to_string(), result.schema)
