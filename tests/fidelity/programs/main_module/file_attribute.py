import os
import sys

print(__file__)
print(os.path.basename(__file__), os.path.isabs(__file__), os.path.exists(__file__))
print(__file__ == sys.argv[0] == sys.modules["__main__"].__file__)
print(os.path.dirname(os.path.abspath(__file__)) == sys.path[0])
