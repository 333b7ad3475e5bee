import locale
import os
import sys

place = f"/tmp/fidelity_{os.getpid()}"
with open(place, "w") as f:
    f.write("é\n")
    print(f.encoding, f.errors)
with open(place, "rb") as f:
    print(f.read())
os.unlink(place)
print(locale.getpreferredencoding(), sys.getfilesystemencoding(), sys.getdefaultencoding())
print(sys.flags.utf8_mode, locale.setlocale(locale.LC_CTYPE))
