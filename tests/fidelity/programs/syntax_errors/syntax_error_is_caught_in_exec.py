# fidelity: run=script,c
try:
    exec("x = (")
except SyntaxError as error:
    print(error.msg, error.filename, error.lineno, error.offset, repr(error.text))
compile("y =", "<made>", "exec")
