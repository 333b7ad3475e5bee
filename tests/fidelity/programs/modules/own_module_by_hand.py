import sys
import types

module = types.ModuleType("handmade", "A module.")
exec("def f():\n    return __name__", module.__dict__)
sys.modules["handmade"] = module
import handmade  # noqa: E402

print(handmade.f(), handmade.__doc__, handmade)
