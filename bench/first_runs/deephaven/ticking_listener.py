import threading

from deephaven import time_table
from deephaven.table_listener import listen
from deephaven.time import dh_now

enough = threading.Event()
seen = []

def on_update(update, is_replay):
    seen.extend(update.added("Square")["Square"].tolist())
    if len(seen) >= 3:
        enough.set()

ticks = time_table("PT0.01s", start_time=dh_now()).update(["N = ii", "Square = N * N"])
even = ticks.where("N % 2 == 0")
handle = listen(even, on_update)
assert enough.wait(timeout=60)
handle.stop()
assert seen[:2] == sorted(seen[:2]) and all(int(v ** 0.5) % 2 == 0 for v in seen)
print(ticks.is_refreshing, even.head(1).snapshot().size)
