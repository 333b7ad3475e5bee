try:
    open("/dev/tty")
except OSError as error:
    print(type(error).__name__)
