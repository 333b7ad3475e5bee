# What programs for the command line use.
import argparse
import hashlib
import hmac
import logging
import secrets
import sqlite3
import urllib.parse
import uuid
import zlib

parser = argparse.ArgumentParser(prog="warm-up")
parser.add_argument("name")
parser.add_argument("--count", type=int, default=1)
print(parser.parse_args(["x", "--count", "3"]), parser.format_usage())
print(hashlib.sha256(b"abc").hexdigest(), hashlib.md5(b"a").hexdigest(), hmac.new(b"k", b"m", "sha1").hexdigest(), zlib.crc32(zlib.compress(b"abc" * 9)))
database = sqlite3.connect(":memory:")
database.execute("create table t (id integer primary key, name text, x real)")
database.executemany("insert into t (name, x) values (?, ?)", [("a", 1.5), ("b", 2.5)])
print(database.execute("select name, sum(x) from t where x > ? group by name order by 1", (1,)).fetchall())
database.close()
logger = logging.Logger("warm-up")  # one that nobody finds by its name
handler = logging.StreamHandler()
handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
logger.addHandler(handler)
logger.warning("a message of %d words", 5)
logger.removeHandler(handler)
handler.close()
print(urllib.parse.urlparse("https://example.org/a?b=1").query, urllib.parse.quote("a b&c"), urllib.parse.urlencode({"a": 1}))
print(len(secrets.token_hex(4)), len(str(uuid.uuid4())))
