# Deephaven's own plots.
from deephaven import empty_table
from deephaven.plot import Figure

source = empty_table(20).update(["X = i", "Y = i * i", "Group = i % 2"])
figure = Figure().figure_title("Numbers").plot_xy("line", source, x="X", y="Y").show()
figure = Figure().plot_cat("bars", source.sum_by("Group"), category="Group", y="Y").show()
print(type(figure).__name__)
