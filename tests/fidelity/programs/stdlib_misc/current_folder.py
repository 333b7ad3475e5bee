# fidelity: run=script,c
import os

print(os.path.isabs(os.getcwd()), os.path.samefile(".", os.getcwd()))
open("fidelity_relative", "w").close()
print(os.path.exists("fidelity_relative"))
os.unlink("fidelity_relative")
