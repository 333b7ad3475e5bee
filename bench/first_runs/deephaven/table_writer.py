import queue
import threading

from deephaven import DynamicTableWriter, dtypes as dht

measures = queue.Queue()
writer = DynamicTableWriter({"Job": dht.string, "Step": dht.int32, "Cost": dht.double})

def work():
    for step in range(6):
        measures.put((f"job{step % 2}", step, step * 1.5))
    measures.put(None)

worker = threading.Thread(target=work)
worker.start()
while (row := measures.get()) is not None:
    writer.write_row(*row)
worker.join()
costs = writer.table.view(["Job", "Cost"]).sum_by("Job")
while writer.table.size < 6:
    writer.table.await_update(2_000)
writer.close()
result = {row.Job: row.Cost for row in costs.iter_tuple()}
assert result == {"job0": 9.0, "job1": 13.5}
print(result)
