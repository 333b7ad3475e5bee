import os

print(os.waitstatus_to_exitcode(os.system("exit 5")))
with os.popen("echo popen") as pipe:
    print(pipe.read(), end="")
print(pipe.close())
