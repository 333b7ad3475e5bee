# fidelity: run=script,c
import subprocess
import sys

done = subprocess.run([sys.executable, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True)
print(done.stdout, sys.executable)
