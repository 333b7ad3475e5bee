# fidelity: run=script,c,stdin
import enum


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


match Colour(1), [1, 2, 3]:
    case Colour.RED, [first, *rest]:
        print(first, rest, Colour.RED, repr(Colour.BLUE))
