import io
import sys

sys.stderr = io.StringIO()
1 / 0
