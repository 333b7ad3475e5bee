import json
import sys

rows = [{"n": n, "square": n * n} for n in range(100)]
print(json.dumps(rows[:3]))
try:
    raise ValueError("representative")
except ValueError as error:
    print(error, file=sys.stderr)
