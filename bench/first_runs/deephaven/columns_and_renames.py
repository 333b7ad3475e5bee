from deephaven import new_table
from deephaven.column import byte_col, char_col, double_col, long_col, short_col

raw = new_table([
    long_col("timestamp ms".replace(" ", "_"), [1_700_000_000_000, 1_700_000_360_000]),
    short_col("dev", [3, 4]), byte_col("flags", [1, 6]), char_col("unit", [ord("C"), ord("F")]),
    double_col("v1", [20.5, 69.8]), double_col("v2", [21.0, 70.7]), double_col("junk", [0.0, 0.0]),
])
tidy = (raw.drop_columns("junk").rename_columns(["Device = dev", "Unit = unit"])
        .update(["At = epochMillisToInstant(timestamp_ms)", "Celsius = Unit == 'F' ? (v1 - 32) / 1.8 : v1"])
        .move_columns_up(["At", "Device"]).move_columns_down("flags"))
picked = tidy.select(["Device", "Mean = avg(v1, v2)", "Set = (flags & 2) != 0"])
lazy = tidy.lazy_update("Kelvin = Celsius + 273.15").view(["Device", "Kelvin"])
names = [column.name for column in tidy.columns]
assert names[:2] == ["At", "Device"] and names[-1] == "flags"
assert tidy.has_columns(["Unit", "v2"]) and not tidy.has_columns("dev")
print(picked.to_string(), lazy.to_string(), raw.select_distinct("unit").size)
