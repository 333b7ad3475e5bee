from deephaven import new_table
from deephaven.column import string_col

people = new_table([string_col("Raw", [" Ada Lovelace ", "grace HOPPER", None, "Linus Torvalds", ""])])
clean = people.update([
    "Trimmed = isNull(Raw) ? `` : Raw.trim()",
    "Words = Trimmed.split(` `)",
    "First = Words.length > 1 ? Words[0].toUpperCase() : null",
    "Last = Words.length > 1 ? Words[1].toLowerCase() : null",
    "Initials = First == null ? `??` : First.substring(0, 1) + Last.charAt(0)",
    "Length = Trimmed.length()",
    "Hopper = Trimmed.toLowerCase().contains(`hopper`)",
])
found = clean.where(["Length > 0", "!Trimmed.startsWith(`Linus`)"])
listed = clean.where("First in `ADA`, `LINUS`").sort("First")
assert found.size == 2 and listed.size == 2
print(clean.view(["Raw", "Initials", "Length", "Hopper"]).to_string())
print(listed.select(["Key = First + `-` + Last"]).to_string())
