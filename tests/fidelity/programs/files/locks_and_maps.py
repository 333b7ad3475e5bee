import fcntl
import mmap
import os
import tempfile

with tempfile.TemporaryFile() as f:
    f.write(b"x" * 4096)
    f.flush()
    with mmap.mmap(f.fileno(), 0) as m:
        m[:3] = b"abc"
    f.seek(0)
    print(f.read(5))
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.posix_fallocate(f.fileno(), 0, 8192)
    print(os.fstat(f.fileno()).st_size)
