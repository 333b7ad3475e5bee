print("a")
# ÿ
