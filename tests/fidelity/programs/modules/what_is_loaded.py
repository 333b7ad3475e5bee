# fidelity: run=script,c
import sys

print([name for name in ("numpy", "asyncio", "logging", "dhg_agent", "traceback") if name in sys.modules])
