# -*- coding: latin-1 -*-
print("é" + 1)
