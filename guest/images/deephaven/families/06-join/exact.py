# Joins by equal keys.
from deephaven import empty_table, new_table
from deephaven.column import double_col, int_col, long_col, string_col

left = empty_table(60).update(["Key = `k` + (i % 6)", "Code = i % 4", "Amount = i * 1.25", "Big = ii % 3"])
right = new_table([
    string_col("Key", ["k0", "k1", "k2", "k3", "k4", "k5"]), int_col("Rank", [5, 4, 3, 2, 1, 0]),
    double_col("Rate", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
])
codes = new_table([int_col("Id", [0, 1, 2, 3]), string_col("Title", ["zero", "one", "two", "three"])])
longs = new_table([long_col("Big", [0, 1]), string_col("Size", ["small", "large"])])
a = left.natural_join(right, on="Key", joins=["Rank", "Rate"])
b = a.exact_join(codes, on=["Code = Id"], joins=["Title"])
c = b.natural_join(longs, on="Big").update("Worth = Amount * Rate + (isNull(Size) ? 0 : 1)")
d = left.join(right, on="Key", joins=["Rank"]).sort("Amount")
e = codes.join(right).where("Rank > Id")
print(c.to_string(num_rows=3), d.to_string(num_rows=2), e.size)
