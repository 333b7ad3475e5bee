import collections
import re
import textwrap

TEXT = "The quick brown fox jumps over the lazy dog; the dog, being lazy, didn't mind. " * 40
words = re.findall(r"[a-z']+", TEXT.lower())
counts = collections.Counter(words)
by_length = collections.defaultdict(set)
for word in words:
    by_length[len(word)].add(word)
swapped = re.sub(r"(?P<first>\w+) (?P<second>\w+)", r"\g<second> \g<first>", TEXT)
print(counts.most_common(3), {n: sorted(w) for n, w in sorted(by_length.items())})
print(textwrap.shorten(swapped, 60), textwrap.fill(TEXT, 50).count("\n"))
assert counts["the"] == 120 and len(by_length[4]) == 3
