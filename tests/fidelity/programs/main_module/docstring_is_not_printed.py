# fidelity: run=script,stdin
"""A program that only has documentation."""
