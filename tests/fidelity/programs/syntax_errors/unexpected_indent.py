# fidelity: run=script,c,stdin
  print(1)
