import sys

for i in range(3):
    sys.stdout.write(f"\r{i}")
    sys.stdout.flush()
print()
