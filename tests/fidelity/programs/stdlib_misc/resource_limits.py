import resource

print(resource.getrlimit(resource.RLIMIT_CORE)[0] in (0, resource.RLIM_INFINITY))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime < 60)
