import os
import tempfile
import time

with tempfile.NamedTemporaryFile() as f:
    os.utime(f.name, (1_000_000_000, 1_000_000_001))
    print(os.stat(f.name).st_mtime, os.stat(f.name).st_atime_ns)
    os.utime(f.name)
    print(abs(os.stat(f.name).st_mtime - time.time()) < 5)
