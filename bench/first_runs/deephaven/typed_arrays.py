import numpy as np

from deephaven import dtypes as dht, new_table
from deephaven.column import InputColumn, bool_col, col_def, datetime_col, pyobj_col, string_col

def size_of(thing) -> int:
    return len(thing)

shapes = new_table([
    string_col("Shape", ["line", "square", "cube"]),
    InputColumn("Sides", dht.int32_array, input_data=[dht.array(dht.int32, [2]), dht.array(dht.int32, [2, 2]),
                                                    dht.array(dht.int32, [2, 2, 2])]),
    bool_col("Flat", [True, True, None]),
    pyobj_col("Extra", [{"n": 1}, (2, 3), [4]]),
    datetime_col("Made", ["2020-02-02T02:02:02Z", None, "2021-01-01T00:00:00Z"]),
])
measured = shapes.update([
    "Volume = product(Sides)",
    "Twice = concat(Sides, Sides)",
    "Kind = isNull(Flat) ? `solid` : `plane`",
    "Length = size_of(Extra)",
    "Year = isNull(Made) ? NULL_INT : year(Made, 'UTC')",
])
assert [row.Volume for row in measured.iter_tuple()] == [2, 4, 8]
assert col_def("Sides", dht.int32_array).data_type == dht.int32_array
print(measured.view(["Shape", "Volume", "Kind", "Year"]).to_string(), np.int32(measured.size))
