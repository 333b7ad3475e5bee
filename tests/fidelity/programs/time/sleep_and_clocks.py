import time

before = time.monotonic(), time.perf_counter(), time.time(), time.thread_time()
time.sleep(0.2)
after = time.monotonic(), time.perf_counter(), time.time(), time.thread_time()
passed = [b - a for a, b in zip(before, after)]
print([0.19 < p < 10 for p in passed[:3]], passed[3] < 0.19)
