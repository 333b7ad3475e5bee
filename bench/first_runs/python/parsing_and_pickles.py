import ast
import base64
import copy
import difflib
import pickle
import traceback
import uuid
import xml.etree.ElementTree as ElementTree
from typing import NamedTuple

class Item(NamedTuple):
    name: str
    price: float = 1.0

def evaluate(text):
    return eval(compile(ast.parse(text, mode="eval"), "<sum>", "eval"), {"__builtins__": {}})

document = ElementTree.fromstring("<shop><item name='nail' price='2'/><item name='saw'/></shop>")
items = [Item(e.get("name"), float(e.get("price", 1))) for e in document.iter("item")]
again = pickle.loads(pickle.dumps({"items": items, "deep": copy.deepcopy(items) == items}))
changes = list(difflib.unified_diff("a b c d".split(), "a c d e".split(), lineterm=""))
try:
    evaluate("1 / 0")
except ZeroDivisionError:
    print(traceback.format_exc().splitlines()[-1])
assert evaluate("2 ** 10 + len.__class__ if False else 7") == 7 and again["deep"]
print(base64.b64encode(pickle.dumps(7)), uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), changes[3:])
print(ElementTree.tostring(document)[:20])
