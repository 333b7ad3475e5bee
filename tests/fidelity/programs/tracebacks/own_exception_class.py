# fidelity: run=script,c
class Outer:
    class Problem(Exception):
        pass


raise Outer.Problem("nested name")
