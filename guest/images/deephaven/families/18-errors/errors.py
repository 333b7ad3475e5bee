# Errors that are caught, and how they are printed.
import sys
import traceback

from deephaven import DHError, empty_table

table = empty_table(3).update("x = i")
for wrong in (["y = nothing + 1"], ["y = x +"], ["y = (String)x"]):
    try:
        table.update(wrong)
    except DHError as error:
        print(error.root_cause, file=sys.stderr)
        traceback.print_exc()
try:
    table.where("z > 1")
except DHError as error:
    print(str(error)[:80], error.compact_traceback[:80])
try:
    {}["key"]
except KeyError:
    traceback.print_exc()
