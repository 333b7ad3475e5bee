# Rows that a program publishes, and tables that keep the last of them.
import deephaven.dtypes as dht
from deephaven import DynamicTableWriter, new_table, ring_table, time_table
from deephaven.column import int_col, string_col
from deephaven.stream import blink_to_append_only
from deephaven.stream.table_publisher import table_publisher

blink, publisher = table_publisher("numbers", {"Id": dht.int32, "Name": dht.string})
kept = blink_to_append_only(blink)
ring = ring_table(blink, 5)
publisher.add(new_table([int_col("Id", [1, 2]), string_col("Name", ["a", "b"])]))
kept.await_update(100)
writer = DynamicTableWriter({"X": dht.int64, "Y": dht.double, "Z": dht.string})
writer.write_row(1, 2.5, "c")
written = writer.table
written.await_update(100)
last = time_table("PT0.05s", blink_table=True).last_by()
last.await_update(100)
print(kept.snapshot().to_string(), ring.snapshot().size, written.snapshot().to_string())
writer.close()
publisher.publish_failure(RuntimeError("over"))
