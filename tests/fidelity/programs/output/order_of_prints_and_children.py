import subprocess

for i in range(5):
    print("p", i, flush=True)
    subprocess.run(["echo", "c", str(i)])
