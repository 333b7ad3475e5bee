# fidelity: run=script,c
import os

for attempt in (
    lambda: open("/nonexistent"),
    lambda: open("/tmp", "w"),
    lambda: os.rmdir("/proc"),
    lambda: os.listdir("/etc/hostname"),
    lambda: os.mkdir("/tmp"),
    lambda: open("/proc/self/mem/x"),
):
    try:
        attempt()
    except OSError as error:
        print(type(error).__name__, error.strerror, error.filename)
