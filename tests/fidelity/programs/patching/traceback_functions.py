# fidelity: run=script,c
import linecache
import traceback

traceback.format_exception = traceback.print_exception = traceback.TracebackException = None
linecache.getline = linecache.getlines = linecache.cache = None
raise ValueError("x")
