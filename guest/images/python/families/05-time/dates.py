# Dates and times.
import calendar
import datetime
import time
import zoneinfo

moment = datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.timezone.utc)
print(moment.isoformat(), moment + datetime.timedelta(days=1, hours=2), moment.strftime("%Y-%m-%d %H:%M:%S %A"), moment.timestamp())
print(datetime.datetime.strptime("2024-03-01 10:00", "%Y-%m-%d %H:%M"), datetime.date.fromisoformat("2024-01-02").weekday())
print(calendar.monthrange(2024, 2), calendar.month_name[3], (datetime.date(2024, 3, 1) - datetime.date(2024, 2, 1)).days)
try:
    print(moment.astimezone(zoneinfo.ZoneInfo("Europe/Berlin")))
except zoneinfo.ZoneInfoNotFoundError as error:
    print(error)
began = time.perf_counter()
time.sleep(0.001)
print(time.perf_counter() > began, time.strftime("%Y", time.gmtime(0)), datetime.datetime.now().year > 2000, time.monotonic() > 0)
