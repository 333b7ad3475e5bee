import datetime
import email.utils
import tempfile
import time

print(datetime.date.today().year >= 2024, email.utils.formatdate(0))
with tempfile.NamedTemporaryFile() as f:
    f.write(b"x")
    f.flush()
    print(abs(time.time() - datetime.datetime.fromtimestamp(__import__("os").stat(f.name).st_mtime).timestamp()) < 5)
