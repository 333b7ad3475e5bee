import os
import time

os.environ["TZ"] = "America/New_York"
time.tzset()
print(time.tzname, time.localtime(1_700_000_000).tm_hour)
