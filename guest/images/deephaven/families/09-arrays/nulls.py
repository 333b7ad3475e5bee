# Nulls, NaN and infinity.
from deephaven import empty_table
from deephaven.constants import NULL_INT, NULL_LONG

table = empty_table(12).update([
    "Int = i % 3 == 0 ? NULL_INT : i", "Long = i % 4 == 0 ? NULL_LONG : ii", "Real = i % 5 == 0 ? NULL_DOUBLE : i / 2.0",
    "Text = i % 2 == 0 ? null : `t` + i", "Nan = i == 1 ? Double.NaN : i == 2 ? Double.POSITIVE_INFINITY : 1.0",
])
filled = table.update(["A = isNull(Int) ? -1 : Int", "B = replaceIfNull(Real, 0.0)", "C = isNaN(Nan)", "D = isFinite(Nan)", "E = replaceIfNaN(Nan, 0.5)"])
print(filled.to_string(), NULL_INT, NULL_LONG, table.where("isNull(Text) && !isNull(Long)").size)
