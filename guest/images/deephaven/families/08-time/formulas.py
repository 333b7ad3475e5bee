# Instants, durations, dates and bins in formulas and in Python.
import datetime

from deephaven import empty_table
from deephaven import time as dht

start = dht.to_j_instant("2024-06-07T08:09:10.123Z")
table = empty_table(30).update([
    "At = start + i * MINUTE", "Later = plus(At, 'PT1h')", "Bin = lowerBin(At, 5 * MINUTE)",
    "Day = toLocalDate(At, 'ET')", "Hour = hourOfDay(At, 'ET', false)", "Nanos = epochNanos(At)",
    "Back = epochMillisToInstant(epochMillis(At))", "Zoned = toZonedDateTime(At, 'UTC')",
    "Text = formatDateTime(At, 'ET')", "Between = diffSeconds(At, Later)", "Up = upperBin(At, 'PT15m')",
    "Week = dayOfWeek(At, 'ET')", "M = monthOfYear(At, 'ET')", "Y = year(At, 'UTC')",
    "Parsed = parseInstant(`2024-01-01T00:00:00Z`)", "Period = parseDuration(`PT2h`)", "Is = isAfter(Later, At)",
])
print(table.to_string(num_rows=3), table.where("At > '2024-06-07T08:20:00Z'").size)
print(dht.to_datetime(start), dht.to_np_datetime64(start), dht.to_pd_timestamp(start))
print(dht.to_j_duration("PT5m"), dht.to_j_instant(datetime.datetime(2024, 1, 2)), dht.to_j_local_date("2024-01-02"))
print(dht.to_j_time_zone("ET"), dht.to_date(dht.to_j_local_date("2024-01-02")), dht.dh_now() is not None)
