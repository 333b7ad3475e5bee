import os
import signal
import subprocess

child = subprocess.Popen(["sleep", "30"])
child.send_signal(signal.SIGSTOP)
print(os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1]))
child.send_signal(signal.SIGCONT)
child.terminate()
print(child.wait())
