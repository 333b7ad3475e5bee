"""A stand-in: the way to the script session, whose scope is `__main__`."""

import sys


class ScriptSession:
    def __init__(self):
        self._scope = sys.modules["__main__"].__dict__
        self.observed = 0

    def evaluateScript(self, script):
        exec(script, self._scope)

    def observeScopeChanges(self):
        self.observed += 1


class _Scope:
    session = None

    def scriptSession(self):
        _Scope.session = _Scope.session or ScriptSession()
        return _Scope.session


class _Context:
    class j_exec_ctx:
        getQueryScope = staticmethod(_Scope)


def get_exec_ctx():
    return _Context
