# Tables that are filled by hand.
import deephaven.dtypes as dht
from deephaven import input_table, new_table
from deephaven.column import int_col, string_col

kept = input_table(col_defs={"Key": dht.string, "Amount": dht.int32}, key_cols="Key")
kept.add(new_table([string_col("Key", ["a", "b"]), int_col("Amount", [1, 2])]))
kept.add(new_table([string_col("Key", ["b"]), int_col("Amount", [3])]))
kept.delete(new_table([string_col("Key", ["a"])]))
print(kept.snapshot().to_string())
