# Text, formats, patterns.
import re
import string
import textwrap
import unicodedata

text = "The quick brown fox, 2024-05-06 & größe 12.50"
print(re.findall(r"\d+", text), re.sub(r"(\w+), (\d{4})", r"\2 \1", text), re.split(r"\s+", text)[:3])
match = re.match(r"(?P<first>\w+)\s(?P<rest>.*)", text)
print(match.group("first"), match.groupdict()["rest"][:5], re.compile("fox", re.I).search("FOX").span())
print(f"{3.14159:.2f} {1234567:,} {255:#x} {'a':>5}|{'b':<5}|{'c':^5} {0.25:.0%} {1e10:e} {'q'!r}")
print("%s %05d %.3f" % ("x", 42, 1.5), "{} {name}".format(1, name="n"), string.Template("$a").substitute(a=1))
print(textwrap.fill(text * 3, 40), text.encode("utf-8").decode("latin-1")[:9], unicodedata.normalize("NFC", "é"))
print(text.upper().split(","), "a-b".partition("-"), "x".join("abc"), text.startswith("The"), text.title(), sorted("hello"))
