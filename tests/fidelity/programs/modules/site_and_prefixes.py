# fidelity: run=script,c
import sys

print(sys.prefix, sys.base_prefix, sys.exec_prefix, sys.platlibdir, sys.byteorder)
print(sys.implementation.name, sys.version_info[:3], sys.platform, sys.maxsize, sys.abiflags)
print(sys.stdlib_module_names >= {"json", "os"}, sys.pycache_prefix, sys.dont_write_bytecode)
