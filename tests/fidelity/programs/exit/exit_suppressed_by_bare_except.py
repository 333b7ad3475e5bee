import sys

try:
    sys.exit(3)
except:  # noqa: E722
    print("caught")
print("on")
