import warnings

warnings.warn_explicit("explicit", UserWarning, "a_file.py", 7)
warnings.warn_explicit("with a source", UserWarning, "a_file.py", 8, source=object)
