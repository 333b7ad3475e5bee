# fidelity: run=script,c
import this
