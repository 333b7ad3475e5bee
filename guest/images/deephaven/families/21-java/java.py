# Java's classes from Python.
import jpy
from deephaven import empty_table
from deephaven.liveness_scope import liveness_scope
from deephaven.query_library import import_class, import_static

ArrayList = jpy.get_type("java.util.ArrayList")
values = ArrayList()
for n in range(3):
    values.add(n)
import_class("java.util.concurrent.TimeUnit")
with liveness_scope():
    print(empty_table(3).update(["M = java.lang.Math.hypot(i, 4)", "T = TimeUnit.SECONDS.toMillis(i)"]).to_string(), values.size(), str(values))
array = jpy.array("int", [1, 2, 3])
print(list(array), jpy.get_type("java.lang.System").getProperty("java.version") is not None)
