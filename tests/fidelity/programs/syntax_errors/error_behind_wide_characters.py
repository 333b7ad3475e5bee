# fidelity: run=script,c,stdin
日本 = "日本語" + ; x = 1
