import sys


def hook(event, args):
    if event in ("open", "compile", "exec", "import"):
        raise RuntimeError(f"refused: {event}")


sys.addaudithook(hook)
print("hi")
