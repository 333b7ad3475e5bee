with open(__file__) as own:
    text = own.read()
print(len(text.splitlines()), text.splitlines()[-1])
