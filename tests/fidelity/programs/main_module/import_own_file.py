import os
import sys

print("name", __name__)
if __name__ == "__main__":
    import import_own_file

    print(import_own_file.__name__, os.path.basename(import_own_file.__file__))
    print(import_own_file is sys.modules["__main__"])
