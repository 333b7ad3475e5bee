from deephaven import new_table
from deephaven.column import int_col, long_col, string_col
from deephaven.constants import NULL_INT

files = new_table([
    int_col("Id", [1, 2, 3, 4, 5, 6, 7]),
    int_col("Parent", [NULL_INT, 1, 1, 2, 2, 3, 6]),
    string_col("Name", ["/", "etc", "usr", "fstab", "hosts", "lib", "libc.so"]),
    long_col("Bytes", [0, 0, 0, 612, 220, 0, 1_926_256]),
])
tree = files.tree("Id", "Parent").with_filters("Bytes >= 0")
parents = files.view(["Parent = Id", "Folder = Name"])
placed = files.natural_join(parents, "Parent").where("!isNull(Parent)")
sizes = placed.view(["Folder", "Bytes"]).sum_by("Folder").where("Bytes > 0").sort("Bytes")
leaves = files.where_not_in(files, "Id = Parent")
assert leaves.size == 3
print(type(tree).__name__, sizes.to_string(), leaves.to_string(cols=["Name", "Bytes"]))
