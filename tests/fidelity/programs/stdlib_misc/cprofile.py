import cProfile
import io
import pstats


def f():
    return sum(range(100))


profile = cProfile.Profile()
profile.runcall(f)
out = io.StringIO()
pstats.Stats(profile, stream=out).print_stats()
print("f" in out.getvalue(), profile.getstats()[0].callcount)
