print("bom ok")
print(1 / 0)
