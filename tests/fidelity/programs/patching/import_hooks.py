import builtins
import sys

seen = []
original = builtins.__import__


def hook(name, *rest):
    seen.append(name)
    return original(name, *rest)


builtins.__import__ = hook
import colorsys  # noqa: E402

sys.meta_path.clear()
sys.path.clear()
sys.path_hooks.clear()
print(seen[0], colorsys.__name__)
