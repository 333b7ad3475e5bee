import ast

ast.literal_eval("[1, 2")
