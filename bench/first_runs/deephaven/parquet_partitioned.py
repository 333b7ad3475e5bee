import pathlib
import tempfile

import pyarrow.parquet as pq

from deephaven import empty_table, parquet

log = empty_table(400).update([
    "Tenant = `t` + (i % 4)",
    "Level = i % 9 == 0 ? `ERROR` : `INFO`",
    "Millis = (long)(i * 3)",
])
with tempfile.TemporaryDirectory() as folder:
    parquet.write_partitioned(log.partition_by("Tenant"), folder, base_name="log")
    names = sorted(p.relative_to(folder).as_posix() for p in pathlib.Path(folder).rglob("*.parquet"))
    whole = parquet.read(folder, file_layout=parquet.ParquetFileLayout.KV_PARTITIONED)
    errors = whole.where("Level = `ERROR`").count_by("N", "Tenant").sort("Tenant")
    one = pq.read_table(f"{folder}/{names[0]}")
    assert whole.size == 400 and len(names) == 4 and one.num_rows == 100
    print(names, errors.to_string())
