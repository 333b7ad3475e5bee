#!/usr/bin/env -S dhg exec
print("shebang")
