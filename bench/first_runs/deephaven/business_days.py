from deephaven import empty_table
from deephaven.calendar import calendar, calendar_names
from deephaven.time import to_j_local_date

nyse = calendar("USNYSE_EXAMPLE")
start = to_j_local_date("2024-12-20")
days = empty_table(21).update([
    "Day = start.plusDays(i)",
    "Open = nyse.isBusinessDay(Day)",
    "Weekday = Day.getDayOfWeek().toString()",
    "Next = nyse.plusBusinessDays(Day, Open ? 1 : 0)",
    "Hours = Open ? nyse.calendarDay(Day).businessNanos() / HOUR : 0.0",
])
closed = days.where(["!Open", "!Weekday.startsWith(`S`)"])
short = days.where("Hours in 3.5")
assert "UTC" in calendar_names()
assert closed.size == 2, closed.to_string()
assert nyse.numberBusinessDates(start, to_j_local_date("2025-01-09")) == 13
print(closed.view(["Day", "Weekday"]).to_string(), short.to_string())
