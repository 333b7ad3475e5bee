"""Text that comes from Java, for people to read."""

import unicodedata


def text(java):
    """A string of Java's: jpy makes a character of each UTF-16 unit."""
    if java.isascii():
        return java
    return java.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _columns(line):
    """How many columns of a terminal it takes."""
    return sum(
        0 if unicodedata.combining(c) or unicodedata.category(c) in ("Cf", "Me", "Mn")
        else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in line
    )  # fmt: skip


def _cells(line, edges):
    """The cells of a line, if it is one row: a value with a line break spoils the picture."""
    if len(line) != edges[-1] or any(line[edge] != "|" for edge in edges[:-1]):
        return None
    begins = [0, *(edge + 1 for edge in edges[:-1])]
    return [line[begin:end] for begin, end in zip(begins, edges)]


def _padded(cell, width):
    """The cell at another width; what surrounds it tells to which side it leans."""
    shown = text(cell)
    spare = width - _columns(shown)
    if spare < 0:  # there are blanks to be taken away
        shown = shown[-spare:] if shown.startswith(" ") else shown[:spare]
    elif shown.startswith(" "):
        return " " * spare + shown
    return shown + " " * max(spare, 0)


def lined_up(table):
    """What TableTools.string() gives, with columns that line up in a terminal.

    Java counts UTF-16 units; characters may be wider, or have none.
    """
    if table.isascii():
        return table
    header, _, rest = table.partition("\n")
    rule, *rows = rest.split("\n")
    if not rule or rule.strip("-+"):
        return text(table)
    edges = [at for at, c in enumerate(rule) if c == "+"] + [len(rule)]
    lines = [(line, _cells(line, edges)) for line in (header, *rows)]
    grid = [cells for _, cells in lines if cells]
    if not grid:
        return text(table)
    widths = [max(_columns(text(c).strip(" ")) for c in column) for column in zip(*grid)]
    widths = [max(width, len(column[0])) for width, column in zip(widths, zip(*grid))]
    result = ["|".join(map(_padded, cells, widths)) if cells else text(line) for line, cells in lines]
    result.insert(1, "+".join("-" * width for width in widths))
    return "\n".join(result)
