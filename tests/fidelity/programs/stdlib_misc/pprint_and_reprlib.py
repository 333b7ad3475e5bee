import pprint
import reprlib

pprint.pprint({"a": list(range(30)), "b": {"c": "x" * 60, "d": None}})
print(reprlib.repr(list(range(100))))
