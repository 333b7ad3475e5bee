import subprocess

children = [subprocess.Popen(["sh", "-c", f"exit {i}"]) for i in range(10)]
print([child.wait() for child in children])
