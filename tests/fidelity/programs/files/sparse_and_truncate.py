import os

fd = os.open("/tmp/fidelity_sparse", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
os.truncate(fd, 1 << 20)
print(os.fstat(fd).st_size, os.pread(fd, 4, 1000), os.pwrite(fd, b"end", (1 << 20) - 3))
os.unlink("/tmp/fidelity_sparse")
