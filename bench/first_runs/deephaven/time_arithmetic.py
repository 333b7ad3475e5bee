import datetime

from deephaven import empty_table
from deephaven.time import to_datetime, to_j_instant, to_j_duration, to_j_time_zone, to_timedelta

launch = to_j_instant("2023-11-05T03:15:30.25Z")
zone = to_j_time_zone("America/New_York")
step = to_j_duration("PT6h30m")
calls = empty_table(9).update([
    "At = launch + step.multipliedBy(i)",
    "Bin = lowerBin(At, 4 * HOUR)",
    "Local = toZonedDateTime(At, zone)",
    "Hour = hourOfDay(At, zone, false)",
    "Day = toLocalDate(At, zone)",
    "Epoch = epochMillis(At)",
    "Text = formatDate(At, zone)",
    "Late = At > parseInstant(`2023-11-06T12:00:00 ET`)",
    "Since = diffDays(launch, At)",
])
assert calls.where("Late").size == 3
assert to_datetime(launch).replace(tzinfo=None) == datetime.datetime(2023, 11, 5, 3, 15, 30, 250000)
assert to_timedelta(step) == datetime.timedelta(hours=6, minutes=30)
print(calls.drop_columns("Local").to_string(), calls.count_by("N", "Day").to_string())
