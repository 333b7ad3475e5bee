print("日本語", "😀")
raise ValueError("é")
