# fidelity: run=script,c
x = "C:\Users\name"
