"""A stand-in: the way to the script session, which counts what it is told."""


class ScriptSession:
    def __init__(self):
        self.observed = 0

    def observeScopeChanges(self):
        self.observed += 1


class _Scope:
    session = None

    def scriptSession(self):
        _Scope.session = _Scope.session or ScriptSession()
        return _Scope.session


class Lock:
    held = taken = 0

    def lock(self):
        Lock.held += 1
        Lock.taken += 1

    def unlock(self):
        Lock.held -= 1


class _UpdateGraph:
    exclusiveLock = staticmethod(Lock)


class _Context:
    class j_exec_ctx:
        getQueryScope = staticmethod(_Scope)
        getUpdateGraph = staticmethod(_UpdateGraph)


def get_exec_ctx():
    return _Context
