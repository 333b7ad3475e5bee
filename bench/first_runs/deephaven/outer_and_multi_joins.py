from deephaven import new_table
from deephaven.column import int_col, string_col
from deephaven.experimental.outer_joins import full_outer_join, left_outer_join
from deephaven.table import multi_join

spring = new_table([string_col("Course", ["art", "bio", "law"]), int_col("Seats", [12, 30, 25])])
autumn = new_table([string_col("Course", ["bio", "law", "law"]), int_col("Taken", [28, 3, 9])])
rooms = new_table([string_col("Course", ["art", "geo"]), int_col("Room", [101, 202])])
pairs = spring.join(autumn, on="Course")
crossed = spring.join(rooms.view(["Other = Course", "Room"]), on=[])
left = left_outer_join(spring, autumn, on="Course")
full = full_outer_join(spring, rooms.rename_columns("Where = Course"), on="Course = Where")
several = multi_join([spring, rooms, autumn.sum_by("Course")], on="Course").table.sort("Course")
assert [t.size for t in (pairs, crossed, left, full, several)] == [3, 6, 4, 4, 4]
assert several.where(["isNull(Taken) || isNull(Seats)"]).size == 2
print(several.to_string(), left.to_string())
