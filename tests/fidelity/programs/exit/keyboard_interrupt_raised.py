# fidelity: run=script,c
print("before", flush=True)
raise KeyboardInterrupt
