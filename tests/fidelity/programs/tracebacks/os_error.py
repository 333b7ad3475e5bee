# fidelity: run=script,c
open("/nonexistent/file.csv")
