import os
import pwd

print(os.getuid() == os.geteuid(), pwd.getpwnam("root").pw_uid)
