import datetime
import zoneinfo

zone = zoneinfo.ZoneInfo("Europe/Berlin")
print(datetime.datetime(2024, 7, 1, 12, tzinfo=zone).isoformat())
