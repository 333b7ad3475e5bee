import mmap
import tempfile

print("before", flush=True)
with tempfile.TemporaryFile() as f:
    f.truncate(4096)
    m = mmap.mmap(f.fileno(), 4096)
    f.truncate(0)
    m[0]
