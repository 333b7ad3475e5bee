# fidelity: run=script,c
error = ValueError("x")
error.add_note("a note")
error.add_note("of\ntwo lines")
raise error
