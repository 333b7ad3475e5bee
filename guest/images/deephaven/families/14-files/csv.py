# CSV files.
import tempfile

import deephaven.dtypes as dht
import pandas as pd
from deephaven import empty_table, read_csv, write_csv

table = empty_table(50).update(["Id = i", "Real = i * 0.5", "Text = `row ` + i", "At = '2024-01-01T00:00:00Z' + i * DAY"])
with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/file.csv"
    write_csv(table, path)
    read = read_csv(path)
    typed = read_csv(path, header={"Id": dht.int64, "Real": dht.double, "Text": dht.string, "At": dht.string})
    print(read.to_string(num_rows=2), typed.meta_table.to_string(), pd.read_csv(path).head(2))
