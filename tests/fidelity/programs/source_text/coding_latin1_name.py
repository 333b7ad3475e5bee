# vim: set fileencoding=iso-8859-15 :
né = "€"
print(ascii(né))
