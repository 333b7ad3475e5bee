import subprocess

print("parent first")
subprocess.run(["echo", "child second"])
