# Text in formulas.
from deephaven import empty_table

table = empty_table(20).update(["Name = `Name ` + i + (i % 2 == 0 ? ` even` : ` odd`)", "Number = String.valueOf(i * 1.5)"])
result = table.update([
    "Upper = Name.toUpperCase()", "Length = Name.length()", "Part = Name.substring(0, 4)", "Has = Name.contains(`odd`)",
    "Ends = Name.endsWith(`even`)", "Where = Name.indexOf(` `)", "Other = Name.replace(`Name`, `N`)", "Words = Name.split(` `)",
    "First = Words[0]", "Parsed = Double.parseDouble(Number)", "Int = (int)Parsed", "Format = String.format(`%05.1f|%s`, Parsed, Part)",
    "Trim = (` ` + Name + ` `).trim()", "Char = Name.charAt(0)", "Same = Name.equalsIgnoreCase(Upper)", "Match = Name.matches(`.*[13]+ odd`)",
    "Joined = String.join(`-`, Words)", "Compare = Name.compareTo(Other)",
])
print(result.to_string(num_rows=3), result.where("Match").size, result.sort("Name").head(1).to_string())
