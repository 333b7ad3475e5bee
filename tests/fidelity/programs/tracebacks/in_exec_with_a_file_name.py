exec(compile("def f():\n    1 / 0\nf()", "/nonexistent/made.py", "exec"))
