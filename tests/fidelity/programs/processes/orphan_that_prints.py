import subprocess

subprocess.Popen(["sh", "-c", "sleep 1; echo orphan"])
print("end")
