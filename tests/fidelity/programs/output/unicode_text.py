# fidelity: run=script,c,stdin
import sys

print("äöü ß € 日本 \U0001f600 \u0301 \ufeff")
print("äöü ß € 日本 \U0001f600", file=sys.stderr)
print(ascii("é\U0001f600"))
