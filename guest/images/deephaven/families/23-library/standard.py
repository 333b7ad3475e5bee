# What programs use of Python's own library.
import argparse, collections, csv, dataclasses, datetime, decimal, functools, io, itertools, json, logging, math, os, pathlib, random, re, statistics, subprocess, sys, tempfile, time, typing, urllib.parse


@dataclasses.dataclass
class Item:
    name: str
    price: float = 0.0


items = [Item(f"n{n}", n * 1.5) for n in range(5)]
print(json.dumps([dataclasses.asdict(item) for item in items]), sorted(items, key=lambda item: -item.price)[0])
print(collections.Counter("abracadabra").most_common(2), re.findall(r"\d+", "a1b22"), statistics.mean([1, 2, 3]))
print(datetime.datetime(2024, 1, 2).isoformat(), decimal.Decimal("1.10") + 1, list(itertools.accumulate(range(5))))
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "x.csv")
    path.write_text("a,b\n1,2\n")
    print(list(csv.DictReader(path.open())))
logging.Logger("warm-up").warning("a warning")
print(f"{math.pi:.3f} {1234567:,} {'x':>5}", random.randint(1, 6) > 0, time.time() > 0, urllib.parse.quote("a b"))
