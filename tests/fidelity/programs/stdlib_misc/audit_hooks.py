import sys

seen = set()
sys.addaudithook(lambda event, args: seen.add(event))
compile("1", "<x>", "eval")
open("/dev/null").close()
print({"compile", "open"} <= seen)
