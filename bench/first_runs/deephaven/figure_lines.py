from deephaven import empty_table
from deephaven.plot import Color, Figure

curve = empty_table(120).update(["X = i / 10.0", "Sine = Math.sin(X)", "Damped = Sine * Math.exp(-X / 5)"])
bars = empty_table(6).update(["Label = `c` + i", "Height = i * i"])
lines = Figure().plot_xy(series_name="sine", t=curve, x="X", y="Sine")
lines = lines.plot_xy(series_name="damped", t=curve, x="X", y="Damped").line(color=Color.of_name("RED"))
figure = lines.chart_title(title="Oscillation").x_axis().axis(label="seconds").show()
columns = Figure().plot_cat(series_name="heights", t=bars, category="Label", y="Height").show()
pie = Figure().plot_pie(series_name="share", t=bars.where("Height > 0"), category="Label",
                        y="Height").show()
peaks = curve.where(["Sine > 0", "Sine > Sine_[ii - 1]", "Sine > Sine_[ii + 1]"])
assert peaks.size == 2 and None not in (figure, columns, pie)
print(type(figure).__name__, peaks.to_string())
