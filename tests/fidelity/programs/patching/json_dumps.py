# fidelity: run=script,c
import json

json.dumps = lambda *a, **k: b"x"
json.loads = None
json.JSONEncoder.encode = json.JSONEncoder.iterencode = json.JSONEncoder.default = None
json.encoder.encode_basestring_ascii = None
print("hi")
