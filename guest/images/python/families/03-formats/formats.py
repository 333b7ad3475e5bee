# Files of data.
import base64
import configparser
import csv
import io
import json
import pickle
import struct
import tomllib
import xml.etree.ElementTree as ET

rows = [{"name": "a", "price": 1.5, "tags": ["x", None, True]}, {"name": "b", "price": 2, "tags": []}]
text = json.dumps(rows, indent=2, sort_keys=True)
print(json.loads(text)[0]["tags"], json.dumps(rows, default=str)[:20])
out = io.StringIO()
writer = csv.DictWriter(out, ["name", "price"])
writer.writeheader()
writer.writerows({"name": row["name"], "price": row["price"]} for row in rows)
print(list(csv.reader(io.StringIO(out.getvalue()))), list(csv.DictReader(io.StringIO(out.getvalue())))[0])
print(pickle.loads(pickle.dumps(rows)) == rows, base64.b64encode(b"abc").decode(), struct.unpack("<ih", struct.pack("<ih", 1, 2)))
parser = configparser.ConfigParser()
parser.read_string("[a]\nb = 1\n")
print(parser["a"].getint("b"), tomllib.loads("a = [1, 2]"), ET.fromstring("<a b='1'><c/></a>").find("c").tag)
