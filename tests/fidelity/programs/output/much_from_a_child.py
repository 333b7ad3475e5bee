import subprocess
import sys

subprocess.run([sys.executable, "-c", "print('y' * 200_000)"])
