ﬁ = 1
print(fi, "ª" == "a")
