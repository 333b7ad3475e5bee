from deephaven import empty_table
from deephaven.updateby import (cum_max, cum_sum, rolling_avg_tick, rolling_std_tick,
                                rolling_sum_time)

demand = empty_table(720).update([
    "Hour = '2024-06-01T00:00:00Z' + (long)(i * HOUR)",
    "Region = i % 3",
    "Load = 400 + (i * 37) % 251",
])
rolled = demand.update_by([
    rolling_avg_tick("Smooth = Load", rev_ticks=24),
    rolling_std_tick("Spread = Load", rev_ticks=12, fwd_ticks=12),
    rolling_sum_time("Hour", "DayTotal = Load", rev_time="PT24h"),
    cum_sum("Total = Load"),
    cum_max("Record = Load"),
], by="Region")
last = rolled.last_by("Region").sort("Region")
whole = demand.view(["Region", "Load"]).sum_by("Region").sort("Region")
totals = [row.Total for row in last.iter_tuple()]
assert totals == [row.Load for row in whole.iter_tuple()]
print(last.update("Spread = Math.round(Spread * 100) / 100.0").to_string())
