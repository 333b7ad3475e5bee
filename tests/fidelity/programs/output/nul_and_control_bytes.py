print("a\0b\tc\rd\x07e\x1b[31mred\x1b[0m\x7f")
