"""Loads the agent's modules so that no program can replace the built-in functions they use."""

import builtins
import contextlib
import importlib.machinery
import sys

_PACKAGE = __name__.partition(".")[0]


class _Loader(importlib.machinery.SourceFileLoader):
    names = dict(vars(builtins))

    def exec_module(self, module):
        module.__builtins__ = self.names
        super().exec_module(module)


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] != _PACKAGE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


@contextlib.contextmanager
def importing():
    """The agent's modules are imported within. Programs do not see how."""
    sys.meta_path.insert(0, _Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(_Finder)
