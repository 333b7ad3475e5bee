# -*- coding: utf8 -*-
print("é日")
