from deephaven import empty_table, function_generated_table, new_table, time_table
from deephaven.column import int_col
from deephaven.liveness_scope import liveness_scope
from deephaven.update_graph import exclusive_lock

calls = []

def generate():
    calls.append(len(calls))
    return new_table([int_col("Call", [len(calls)]), int_col("Double", [2 * len(calls)])])

with liveness_scope() as scope:
    trigger = empty_table(1)
    made = function_generated_table(generate, refresh_interval_ms=3_600_000)
    clock = time_table("PT24h", start_time="2020-01-01T00:00:00Z").update("Tick = ii")
    frozen = clock.snapshot_when(trigger, stamp_cols=[], initial=True)
    with exclusive_lock(made):
        rows = [(row.Call, row.Double) for row in made.iter_tuple()]
    scope.preserve(made)
assert rows == [(1, 2)] and calls == [0]
print(rows, made.is_refreshing, frozen.column_names)
