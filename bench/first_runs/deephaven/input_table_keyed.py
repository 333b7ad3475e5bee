from deephaven import dtypes as dht, input_table, new_table
from deephaven.column import double_col, string_col

budget = input_table(col_defs={"Team": dht.string, "Limit": dht.double}, key_cols="Team")
log = input_table(init_table=new_table([string_col("Note", ["created"])]))
budget.add(new_table([string_col("Team", ["red", "blue"]), double_col("Limit", [10.0, 20.0])]))
budget.add(new_table([string_col("Team", ["red"]), double_col("Limit", [35.0])]))
budget.delete(new_table([string_col("Team", ["blue"])]))
log.add(new_table([string_col("Note", ["red raised", "blue gone"])]))
rows = [(row.Team, row.Limit) for row in budget.iter_tuple()]
assert rows == [("red", 35.0)] and log.size == 3
print(rows, budget.key_names, budget.value_names, log.snapshot().to_string())
