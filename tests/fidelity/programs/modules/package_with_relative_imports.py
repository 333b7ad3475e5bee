import os
import sys
import tempfile

with tempfile.TemporaryDirectory() as place:
    package = os.path.join(place, "made_package")
    os.mkdir(package)
    for name, text in {
        "__init__": "from .inner import value\n",
        "inner": "from . import other\nvalue = other.x + 1\n",
        "other": "x = 1\n",
        "__main__": "print('as a program', __name__, __package__)\n",
    }.items():
        with open(os.path.join(package, name + ".py"), "w") as f:
            f.write(text)
    sys.path.insert(0, place)
    import runpy

    import made_package

    print(made_package.value)
    runpy.run_module("made_package", run_name="__main__")
