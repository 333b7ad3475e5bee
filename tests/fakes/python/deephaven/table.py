import jpy


class Table:
    def __init__(self, j_table):
        if not isinstance(j_table, jpy.JTable):
            raise TypeError("not a table of the engine")
        self.j_table = j_table


class PartitionedTable:
    pass


class RollupTable:
    pass
