import subprocess

subprocess.Popen(["sh", "-c", "sleep 0.5; echo orphan"])
print("end")
