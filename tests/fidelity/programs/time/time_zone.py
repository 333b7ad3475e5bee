# fidelity: run=script,c
import datetime
import time

print(time.tzname, time.timezone, time.daylight)
print(datetime.datetime.fromtimestamp(0), time.strftime("%Z %z", time.localtime(0)))
