# fidelity: run=script,c
import subprocess

subprocess.run(["no-such-program-anywhere"])
