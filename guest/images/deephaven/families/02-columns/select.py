# Ways to add, choose, rename and drop columns.
from deephaven import empty_table

base = empty_table(40).update(["Id = i", "Half = i / 2", "Name = `n` + i", "Flag = i % 3 == 0"])
chosen = base.select(["Id", "Twice = Id * 2"]).view(["Id", "Sum = Id + Twice"])
formula = base.update_view(["Plus = Half + 1"]).lazy_update(["Rest = Id % 4"])
moved = formula.rename_columns(["Number = Id"]).move_columns_up("Rest").drop_columns(["Flag"])
moved = moved.move_columns_down(["Name"]).move_columns(1, "Plus")
print(chosen.to_string(num_rows=3), moved.to_string(num_rows=3), moved.select_distinct("Rest").size)
