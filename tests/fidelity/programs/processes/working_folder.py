import os
import subprocess
import tempfile

with tempfile.TemporaryDirectory(dir="/tmp") as place:
    done = subprocess.run(["pwd"], cwd=place, capture_output=True, text=True)
    print(done.stdout.strip() == os.path.realpath(place))
