# fidelity: run=script,c
import os

print(oct(os.umask(0o22)), os.nice(0), os.getpriority(os.PRIO_PROCESS, 0))
print(os.sched_getscheduler(0) == os.SCHED_OTHER)
