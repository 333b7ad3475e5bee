# All that an ordinary request goes through: a table made, shown and printed, results
# pickled and encoded, an error that is caught.
import base64, pickle
from deephaven import empty_table
t = empty_table(5).update(['x = i', 'y = x * x'])
print(t.to_string(num_rows=5))
base64.b64encode(pickle.dumps({"stdout": "test", "result_repr": "1"}))
try:
    raise ValueError('warm-up')
except ValueError as error:
    print(error)
