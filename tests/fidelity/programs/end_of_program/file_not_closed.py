out = open("/dev/stdout", "w")
out.write("written without a newline and never closed")
