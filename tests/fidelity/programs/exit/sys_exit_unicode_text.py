import sys

sys.exit("\xe9\ud800")
