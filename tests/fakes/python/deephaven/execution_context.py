import types


def get_exec_ctx():
    context = types.SimpleNamespace(open=lambda: types.SimpleNamespace(close=lambda: None))
    return types.SimpleNamespace(j_exec_ctx=context)
