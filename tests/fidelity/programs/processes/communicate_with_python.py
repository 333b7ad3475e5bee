import subprocess
import sys

code = "import sys; print(sys.stdin.read().upper(), end='')"
print(subprocess.run([sys.executable, "-c", code], input="text\n", capture_output=True, text=True).stdout)
