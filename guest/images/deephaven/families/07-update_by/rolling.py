# Cumulative, rolling and exponentially weighted columns.
from deephaven import empty_table
from deephaven import updateby as uby

table = empty_table(150).update([
    "Sym = i % 3 == 0 ? `A` : `B`", "When = '2024-05-06T13:00:00Z' + i * 5 * SECOND",
    "Price = 50 + (i % 10) * 0.5", "Size = (i * 7) % 20", "Gap = i % 4 == 0 ? NULL_DOUBLE : i * 1.0",
])
a = table.update_by([
    uby.cum_sum("Sum = Size"), uby.cum_max("Top = Price"), uby.cum_min("Low = Price"),
    uby.cum_prod("Prod = Price"), uby.forward_fill("Gap"), uby.delta("Step = Price"),
    uby.ema_tick(5, "Ema = Price"), uby.ema_time("When", "PT30s", "EmaT = Price"),
    uby.ems_tick(5, "Ems = Price"), uby.emstd_tick(5, "Emstd = Price"),
], by="Sym")
b = table.update_by([
    uby.rolling_sum_tick("RSum = Size", rev_ticks=5), uby.rolling_avg_tick("RAvg = Price", 5, 2),
    uby.rolling_min_tick("RMin = Price", 4), uby.rolling_max_tick("RMax = Price", 4),
    uby.rolling_std_tick("RStd = Price", 6), uby.rolling_count_tick("RN = Price", 6),
    uby.rolling_group_tick("RGroup = Size", 3), uby.rolling_wavg_tick("Size", "RW = Price", 5),
    uby.rolling_prod_tick("RProd = Price", 3), uby.rolling_formula_tick("max(x)", "x", "RF = Size", 3),
], by=["Sym"])
c = table.update_by([
    uby.rolling_sum_time("When", "TSum = Size", "PT20s"), uby.rolling_avg_time("When", "TAvg = Price", "PT1m"),
    uby.rolling_max_time("When", "TMax = Price", "PT1m", "PT5s"),
])
print(a.to_string(num_rows=2), b.to_string(num_rows=2), c.to_string(num_rows=2))
