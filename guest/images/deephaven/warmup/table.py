from deephaven import empty_table
t = empty_table(1).update(['x = i'])
