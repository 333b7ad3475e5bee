# fidelity: run=script,c
import time
from unittest import mock

for name in ("monotonic", "monotonic_ns", "time", "time_ns", "sleep", "perf_counter"):
    mock.patch(f"time.{name}", side_effect=RuntimeError).start()
print("hi")
