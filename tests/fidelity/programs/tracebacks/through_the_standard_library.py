# fidelity: run=script,c
import json

json.loads('{"a": 1,}')
