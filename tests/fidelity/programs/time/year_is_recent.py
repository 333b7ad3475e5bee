import datetime
import os

print(datetime.date.today().year >= 2024)
born = os.stat(f"/proc/{os.getpid()}").st_ctime
print(abs(datetime.datetime.now().timestamp() - born) < 60)
