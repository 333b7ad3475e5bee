from deephaven import agg, empty_table

readings = empty_table(5_000).update([
    "Sensor = (short)(i % 12)",
    "Celsius = 15.0 + 10 * Math.sin(ii / 40.0)",
    "Fahrenheit = (float)(Celsius * 9 / 5 + 32)",
    "Alarm = Celsius > 24.5",
    "Grade = Alarm ? 'H' : 'L'",
])
hot = readings.where(["Alarm", "Sensor != 3"]).agg_by(
    [agg.count_("Alarms"), agg.max_("Peak = Celsius"), agg.avg("Mean = Fahrenheit")], by="Sensor")
ranked = hot.sort_descending(["Alarms", "Peak"]).update("Rank = i + 1")
print(ranked.to_string(cols=["Rank", "Sensor", "Alarms"]))
assert ranked.size == 11 and readings.where("Grade == 'H'").size > ranked.size
