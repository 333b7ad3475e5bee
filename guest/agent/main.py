"""Starts the agent: main.py, with init's frames on descriptor 3, and its own to descriptor 4."""

import builtins
import importlib.machinery
import sys

FROM_INIT, TO_INIT = 3, 4
PACKAGE = "dhg_agent"


class OwnBuiltins(importlib.machinery.SourceFileLoader):
    """Loads modules whose built-in functions no program can replace."""

    names = dict(vars(builtins))

    def exec_module(self, module):
        module.__builtins__ = self.names
        super().exec_module(module)


class Finder:
    """Finds the agent's modules, for this loader."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] != PACKAGE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = OwnBuiltins(spec.loader.name, spec.loader.path)
        return spec


def main():
    sys.meta_path.insert(0, Finder)
    from dhg_agent.server import serve
    from dhg_agent.transport import Port

    sys.path[0] = ""  # what `python -c` has there, and not the agent's folder
    return serve(Port(FROM_INIT, TO_INIT))


if __name__ == "__main__":
    sys.exit(main())
