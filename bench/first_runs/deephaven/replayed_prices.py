from deephaven import new_table
from deephaven.column import datetime_col, double_col
from deephaven.replay import TableReplayer
from deephaven.time import to_j_instant

began = to_j_instant("2022-02-22T10:00:00Z")
stamps = [began.plusMillis(20 * n) for n in range(5)]
history = new_table([datetime_col("Time", stamps), double_col("Price", [9.5, 9.75, 9.25, 10.0, 9.0])])
replayer = TableReplayer(began, to_j_instant("2022-02-22T10:00:01Z"))
live = replayer.add_table(history, "Time")
highest = live.max_by()
lows = live.where("Price < 9.3")
replayer.start()
while live.size < 5:
    live.await_update(2_000)
replayer.shutdown()
assert lows.size == 2
print(highest.snapshot().view("Price").to_string())
