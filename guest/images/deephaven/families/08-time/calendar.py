# Business calendars.
from deephaven import empty_table
from deephaven.calendar import calendar, calendar_name, calendar_names

nyse = calendar("USNYSE_EXAMPLE")
days = empty_table(5).update(["Day = '2024-07-03'.plusDays(i)", "Open = nyse.isBusinessDay(Day)", "Next = nyse.plusBusinessDays(Day, 1)"])
print(days.to_string(), calendar_name(), len(calendar_names()), nyse.isBusinessDay("2024-07-04"))
