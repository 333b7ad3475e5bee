# fidelity: run=script,stdin
class C:
    def __repr__(self):
        raise ValueError("no repr")


print("done")
C()
