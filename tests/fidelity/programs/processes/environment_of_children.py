import os
import subprocess

os.environ["MINE"] = "é"
print(subprocess.run("echo $MINE", shell=True, capture_output=True).stdout)
print(subprocess.run(["env"], env={"A": "1"}, capture_output=True).stdout)
del os.environ["MINE"]
print(os.environ.get("MINE"), os.getenv("MINE", "default"))
