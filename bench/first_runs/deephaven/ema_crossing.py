from deephaven import empty_table
from deephaven.updateby import OperationControl, BadDataBehavior, delta, ema_tick, ema_time

control = OperationControl(on_null=BadDataBehavior.SKIP)
prices = empty_table(400).update([
    "T = '2025-01-02T09:30:00 ET' + (long)(i * 30 * SECOND)",
    "Coin = i % 2 == 0 ? `AAA` : `BBB`",
    "Px = i % 50 == 7 ? NULL_DOUBLE : 100 + 5 * Math.cos(i / 9.0) + i * 0.01",
])
crossed = prices.update_by([
    ema_tick(5, "Fast = Px", op_control=control),
    ema_tick(20, "Slow = Px", op_control=control),
    ema_time("T", "PT10m", "Timed = Px", op_control=control),
    delta("Change = Px"),
], "Coin").update(["Above = Fast > Slow", "Cross = !isNull(Change) && Change > 0 && Above"])
counts = crossed.where("Cross").count_by("Crossings", by="Coin").sort("Coin")
assert crossed.where("isNull(Px)").size == 8
print(counts.to_string(), crossed.tail(3).view(["Coin", "Px", "Above"]).to_string())
