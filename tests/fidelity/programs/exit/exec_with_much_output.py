import os

print("x" * 100_000, flush=True)
os.execlp("sh", "sh", "-c", "printf '%s\n' end")
