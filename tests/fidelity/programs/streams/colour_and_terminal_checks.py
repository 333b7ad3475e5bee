import os
import shutil
import sys

print(sys.stdout.isatty(), os.isatty(2), shutil.get_terminal_size(), os.environ.get("TERM"))
try:
    print(os.ttyname(1))
except OSError as error:
    print(error.strerror)
