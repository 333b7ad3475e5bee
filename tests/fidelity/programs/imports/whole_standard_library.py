import importlib

for name in (
    "argparse ast base64 bisect bz2 calendar cmath collections configparser contextlib copy csv curses "
    "dataclasses datetime dbm decimal difflib dis email enum fnmatch fractions functools getopt glob gzip "
    "hashlib heapq hmac html http inspect io ipaddress itertools json keyword linecache locale logging lzma "
    "math mimetypes numbers operator optparse os pathlib pickle pkgutil platform plistlib pprint queue "
    "quopri random re readline reprlib sched secrets select shelve shlex shutil smtplib socket sqlite3 ssl "
    "stat statistics string struct subprocess symtable tarfile tempfile textwrap threading timeit token "
    "tokenize tomllib trace traceback types typing unicodedata unittest urllib uuid venv warnings wave "
    "weakref webbrowser xml xmlrpc zipapp zipfile zlib zoneinfo"
).split():
    importlib.import_module(name)
print("all there")
