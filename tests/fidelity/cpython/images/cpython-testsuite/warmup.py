# Like what people run first, so that its code and modules are in memory.
import json, os, sys
for i in range(3):
    print('warm-up', i, f'{i / 7:.3f}', {'a': [i]})
try:
    raise ValueError('warm-up')
except ValueError as error:
    print(error, file=sys.stderr)
sum(range(1000))
