import os
import tempfile

with tempfile.NamedTemporaryFile("w+", suffix=".x") as f:
    f.write("hello")
    f.flush()
    print(open(f.name).read(), f.name.startswith("/tmp/"), oct(os.stat(f.name).st_mode & 0o777))
print(os.path.exists(f.name), tempfile.gettempdir())
