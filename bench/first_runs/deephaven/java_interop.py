import jpy

from deephaven import empty_table, query_library

ArrayList = jpy.get_type("java.util.ArrayList")
BigDecimal = jpy.get_type("java.math.BigDecimal")
TreeMap = jpy.get_type("java.util.TreeMap")
query_library.import_class("java.util.concurrent.TimeUnit")

words = ArrayList()
for word in ("delta", "alpha", "charlie", "bravo"):
    words.add(word)
jpy.get_type("java.util.Collections").sort(words)
sizes = TreeMap()
for n in range(words.size()):
    sizes.put(words.get(n), jpy.get_type("java.lang.Integer").valueOf(len(words.get(n))))
table = empty_table(4).update([
    "Word = (String)words.get(i)",
    "Size = ((Number)sizes.get(Word)).intValue()",
    "Minutes = TimeUnit.HOURS.toMinutes(i)",
    "Hash = java.util.Objects.hash(Word)",
])
up = jpy.get_type("java.math.RoundingMode").HALF_UP
price = BigDecimal("19.99").multiply(BigDecimal("3")).setScale(1, up)
assert price.toString() == "60.0" and [r.Size for r in table.iter_tuple()] == [5, 5, 7, 5]
print(table.to_string(), price, jpy.array("int", [3, 1, 2])[0])
