import os

os.write(2, b"e" * 60_000 + b"\n")
print("o" * 200_000, flush=True)
os._exit(1)
