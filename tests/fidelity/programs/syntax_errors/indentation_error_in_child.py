import subprocess
import sys

done = subprocess.run([sys.executable, "-c", " x = 1"], capture_output=True, text=True)
print(done.returncode, done.stderr)
