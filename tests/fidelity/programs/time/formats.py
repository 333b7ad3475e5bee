# fidelity: run=script,c
import calendar
import time

print(time.strftime("%A %d %B %Y", time.gmtime(0)), time.ctime(0), time.asctime(time.gmtime(1)))
print(calendar.month(2024, 2), time.strptime("2024-02-29", "%Y-%m-%d").tm_yday)
