# fidelity: run=script,c
import dataclasses
import typing


@dataclasses.dataclass(order=True)
class P:
    x: int
    y: "list[P]" = dataclasses.field(default_factory=list)


print(P(1), P(1) < P(2), typing.get_type_hints(P))
