if True:
	print("a")
	if True:
		print("b")
