# fidelity: run=script,c
import os
import sys
import tempfile

with tempfile.TemporaryDirectory() as place:
    with open(os.path.join(place, "written_module.py"), "w") as f:
        f.write("X = 5\ndef f():\n    return 1 / 0\n")
    sys.path.insert(0, place)
    import written_module

    print(written_module.X, os.path.basename(written_module.__file__))
    try:
        written_module.f()
    except ZeroDivisionError as error:
        print(error.__traceback__.tb_next.tb_frame.f_code.co_name)
