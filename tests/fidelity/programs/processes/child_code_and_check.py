# fidelity: run=script,c
import subprocess

subprocess.run(["false"], check=True)
