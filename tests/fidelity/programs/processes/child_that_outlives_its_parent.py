import subprocess
import sys

child = subprocess.Popen(
    ["sh", "-c", "sleep 0.3; echo too late"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
print("end")
sys.exit(0)
