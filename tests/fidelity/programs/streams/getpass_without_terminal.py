import getpass
import warnings

warnings.simplefilter("ignore")
try:
    getpass.getpass("secret: ")
except EOFError:
    print("EOFError")
