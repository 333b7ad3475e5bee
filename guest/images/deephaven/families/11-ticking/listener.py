# A table that ticks, and somebody who listens.
import threading

from deephaven import time_table
from deephaven.table_listener import TableListener, listen
from deephaven.update_graph import exclusive_lock, shared_lock

ticking = time_table("PT0.05s").update(["N = ii", "Real = N * 0.5"])
derived = ticking.where("N % 2 == 0").last_by()
heard, enough = [], threading.Event()


class Listener(TableListener):
    def on_update(self, update, is_replay):
        added = update.added()
        heard.append(len(added["N"]) if added else 0)
        enough.set()


handle = listen(ticking, Listener())
other = listen(derived, lambda update, is_replay: update.modified())
enough.wait(10)
ticking.await_update(100)
with exclusive_lock(ticking):
    size = ticking.size
with shared_lock(ticking):
    size = ticking.size
handle.stop()
other.stop()
print(ticking.is_refreshing, derived.snapshot().size, ticking.snapshot().size > 0)
