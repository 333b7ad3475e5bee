try:
    (1, 2)(3)
except TypeError as error:
    print(error)
