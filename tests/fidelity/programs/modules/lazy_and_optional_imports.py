try:
    import not_there
except ModuleNotFoundError as error:
    print(error, error.name, error.path)
try:
    import os.not_there
except ModuleNotFoundError as error:
    print(error)
