# fidelity: run=script,c
break
