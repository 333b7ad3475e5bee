# fidelity: run=script,c
import os
import stat
import sys

for fd in (1, 2):
    mode = os.fstat(fd).st_mode
    print(fd, stat.S_ISFIFO(mode), os.get_inheritable(fd), os.get_blocking(fd), os.isatty(fd))
    try:
        os.lseek(fd, 0, os.SEEK_CUR)
    except OSError as error:
        print(error.strerror)
try:
    print(os.get_terminal_size())
except OSError as error:
    print(error.strerror)
print(sys.stdout.seekable(), sys.stdout.readable(), sys.stdout.writable())
