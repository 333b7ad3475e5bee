# fidelity: run=script,c
raise ValueError("日本 \U0001f600 \ud800")
