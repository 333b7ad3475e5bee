from deephaven import dtypes as dht, new_table
from deephaven.column import int_col, string_col
from deephaven.stream import blink_to_append_only
from deephaven.stream.table_publisher import table_publisher

blink, publisher = table_publisher("clicks", {"Page": dht.string, "Ms": dht.int32})
history = blink_to_append_only(blink)
slowest = blink.max_by("Page")
publisher.add(new_table([string_col("Page", ["home", "cart"]), int_col("Ms", [120, 340])]))
publisher.add(new_table([string_col("Page", ["home"]), int_col("Ms", [95])]))
while history.size < 3:
    history.await_update(2_000)
pages = slowest.snapshot().sort("Page")
assert blink.is_blink and [row.Ms for row in pages.iter_tuple()] == [340, 120]
print(pages.to_string(), history.last_by("Page").snapshot().size)
