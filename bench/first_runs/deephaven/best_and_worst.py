from deephaven import agg, empty_table

scores = empty_table(1_000).update([
    "Player = `p` + (i % 25)",
    "Game = (int)(i / 25)",
    "Score = (int)((i * 48271L) % 2147483647L % 500)",
])
top = scores.sort_descending("Score").head_by(2, by="Player")
recent = scores.tail_by(3, by=["Player"]).view(["Player", "Score"]).avg_by("Player")
ends = scores.agg_by([
    agg.first("Started = Score"), agg.last("Ended = Score"), agg.median("Middle = Score"),
    agg.pct(0.9, "P90 = Score"), agg.std("Spread = Score"),
    agg.sorted_last("Score", "BestGame = Game"), agg.count_where("High", "Score > 400"),
], by="Player")
winner = ends.sort(["High", "Player"]).tail(1)
assert top.size == 50 and recent.size == 25 and scores.head_pct(0.1).size == 100
print(winner.drop_columns("Spread").to_string(), top.head(4).to_string())
