# fidelity: run=script,c
raise SyntaxError("mine", ("a_file.py", 3, 5, "some text\n"))
