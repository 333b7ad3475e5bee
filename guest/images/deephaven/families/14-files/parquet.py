# Parquet files, one and many.
import os
import tempfile

from deephaven import empty_table, parquet

table = empty_table(100).update(["Id = i", "Real = i * 0.25", "Text = `t` + (i % 9)", "At = '2024-01-01T00:00:00Z' + i * HOUR", "Flag = i % 2 == 0"])
with tempfile.TemporaryDirectory() as folder:
    parquet.write(table, f"{folder}/one.parquet", compression_codec_name="SNAPPY")
    read = parquet.read(f"{folder}/one.parquet")
    print(read.where("Id > 50").to_string(num_rows=2), os.path.getsize(f"{folder}/one.parquet") > 0)
    parquet.write_partitioned(table.partition_by("Text"), f"{folder}/many")
    print(parquet.read(f"{folder}/many").size)
    import pandas as pd
    print(pd.read_parquet(f"{folder}/one.parquet").head(2))
