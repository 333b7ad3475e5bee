# Tables from nothing, from columns of each type, and their description.
from deephaven import empty_table, new_table
from deephaven.column import (
    bool_col, byte_col, char_col, datetime_col, double_col, float_col, int_col, long_col,
    short_col, string_col,
)
from deephaven.time import to_j_instant

when = to_j_instant("2024-02-03T04:05:06Z")
typed = new_table([
    bool_col("Bool", [True, None, False]), byte_col("Byte", [1, 2, 3]),
    char_col("Char", [97, 98, 99]), short_col("Short", [1, 2, 3]),
    int_col("Int", [1, 2, 3]), long_col("Long", [1, 2, 3]),
    float_col("Float", [0.5, 1.5, 2.5]), double_col("Double", [0.25, 0.5, 0.75]),
    string_col("String", ["x", None, "z"]), datetime_col("Instant", [when, when, when]),
])
print(typed.to_string())
print([(column.name, str(column.data_type)) for column in typed.columns])
print(typed.meta_table.to_string(num_rows=20))
print(empty_table(3).size, typed.column_names, typed.is_refreshing)
