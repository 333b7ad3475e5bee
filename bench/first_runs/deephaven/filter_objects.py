from deephaven import empty_table
from deephaven.filters import ColumnName, PatternMode, ge, in_, is_null, lt, not_, or_, pattern

staff = empty_table(60).update([
    "Id = i",
    "Mail = i % 7 == 0 ? null : `user` + i + (i % 2 == 0 ? `@corp.example` : `@home.example`)",
    "Age = 20 + i % 45",
])
corporate = staff.where(pattern(PatternMode.MATCHES, "Mail", r"user\d+@corp\.example"))
chosen = staff.where([ge(ColumnName("Age"), 30), lt(ColumnName("Age"), 40), not_(is_null("Mail"))])
mixed = staff.where(or_([in_("Id", [1, 2, 3]), is_null("Mail")]))
either = staff.where_one_of(["Age = 21", "Age = 64"])
text = staff.where(["Mail != null", "Mail.endsWith(`home.example`)", "Id > 50 || Age == 23"])
sizes = [t.size for t in (corporate, chosen, mixed, either, text)]
print(sizes)
assert sizes == [25, 13, 12, 3, 6], sizes
