from deephaven import empty_table
from deephaven.constants import NULL_INT

limit = 4
table = empty_table(8).update([
    "Id = i",
    "Maybe = i % 3 == 0 ? NULL_INT : i * 11",
    "Items = new int[]{i, Maybe, limit}",
    "Parts = java.util.stream.IntStream.range(0, i % limit).toArray()",
    "Total = sum(Items)",
    "Missing = Items.length - count(Items)",
    "Biggest = max(Items)",
    "Safe = replaceIfNull(Maybe, -1)",
    "Before = Maybe_[i - 1]",
])
exploded = table.view(["Id", "Parts"]).ungroup("Parts")
back = exploded.group_by("Id").update(["N = Parts.size()", "Sum = sum(Parts)"])
assert table.where("isNull(Maybe)").size == 3 and NULL_INT == -2**31
assert exploded.size == 12 and back.size == 6
print(table.view(["Id", "Total", "Missing", "Biggest", "Safe", "Before"]).to_string())
