# Filters: ranges, membership, text, several at once, one of several.
from deephaven import empty_table
from deephaven.filters import Filter, and_, in_, is_null, not_, or_, pattern, PatternMode

table = empty_table(200).update([
    "Id = i", "Group = `g` + (i % 7)", "Value = i % 5 == 0 ? NULL_DOUBLE : i * 1.5", "Big = ii",
])
a = table.where("Id > 20 && Id <= 60")
b = table.where(["Group in `g1`, `g3`", "Value >= 10.0", "Big != 33"])
c = table.where(["Id not in 1, 2, 3", "!isNull(Value)", "Group.startsWith(`g2`)"])
d = table.where_one_of(["Id == 5", "Group = `g4`"])
e = table.where(Filter.from_("Group icase in `G5`"))
f = table.where(or_([is_null("Value"), in_("Group", ["g1", "g2"])]))
g = table.where(and_([not_(is_null("Value")), pattern(PatternMode.MATCHES, "Group", "g[0-3]")]))
keys = table.where("Id < 3").view("Group")
h = table.where_in(keys, "Group")
i = table.where_not_in(keys, "Group")
print([t.size for t in (a, b, c, d, e, f, g, h, i)])
print(table.head(5).tail(3).size, table.slice(2, 6).size, table.head_pct(0.1).size)
