import pathlib
import tempfile

from deephaven import empty_table, parquet

events = empty_table(3_000).update([
    "Id = ii",
    "Kind = new String[]{`click`, `view`, `buy`}[i % 3]",
    "Value = i % 10 == 0 ? NULL_DOUBLE : i / 8.0",
    "When = '2024-05-05T00:00:00Z' + (long)(i * MINUTE)",
])
with tempfile.TemporaryDirectory() as folder:
    path = str(pathlib.Path(folder) / "events.parquet")
    parquet.write(events, path, compression_codec_name="SNAPPY", max_dictionary_keys=100)
    stored = parquet.read(path)
    buys = stored.where(["Kind = `buy`", "When >= '2024-05-06T00:00:00Z'"])
    means = stored.view(["Kind", "Value"]).avg_by("Kind").sort("Kind").select()
    assert stored.definition.keys() == events.definition.keys()
    print(stored.size, buys.size, pathlib.Path(path).stat().st_size > 1_000, means.to_string())
