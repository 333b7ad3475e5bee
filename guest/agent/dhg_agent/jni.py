"""Sets numbers in Java's objects, without any Java being run for it.

jpy would call a method, and the way there is long: several milliseconds in a restored
guest, where each bit of code runs for the first time. The Java Native Interface has a
function that stores a number, and little else is executed.
"""

import ctypes

_Pointer = ctypes.c_void_p
_Text = ctypes.c_char_p

# Places in the tables of functions, as the specification of JNI numbers them.
_ATTACH_CURRENT_THREAD_AS_DAEMON = 7
_FIND_CLASS = 6
_EXCEPTION_CLEAR = 17
_NEW_GLOBAL_REF = 21
_GET_FIELD_ID, _GET_OBJECT_FIELD = 94, 95
_SET_LONG_FIELD = 110
_GET_STATIC_FIELD_ID, _GET_STATIC_OBJECT_FIELD = 144, 145


class NoJvm(Exception):
    """This process has no JVM."""


def library():
    """The path of libjvm.so."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            if line.endswith("/libjvm.so\n"):
                return line[line.index("/") : -1]
    raise NoJvm


def _function(table_owner, place, result, *arguments):
    """A function of the table that the object begins with a pointer to."""
    table = _Pointer.from_address(table_owner).value
    address = _Pointer.from_address(table + place * ctypes.sizeof(_Pointer)).value
    # Python's lock is kept: nothing here takes any time.
    return ctypes.PYFUNCTYPE(result, _Pointer, *arguments)(address)


class Jni:
    """The JVM of this process, seen from the thread that makes this."""

    def __init__(self):
        created = ctypes.PyDLL(library()).JNI_GetCreatedJavaVMs
        machine, count = _Pointer(), ctypes.c_int()
        if created(ctypes.byref(machine), 1, ctypes.byref(count)) != 0 or count.value == 0:
            raise NoJvm
        attach = _function(
            machine.value, _ATTACH_CURRENT_THREAD_AS_DAEMON, ctypes.c_int,
            ctypes.POINTER(_Pointer), _Pointer,
        )  # fmt: skip
        thread = _Pointer()
        # Also finds one that is attached already.
        if attach(machine.value, thread, None) != 0:
            raise RuntimeError("the JVM does not know this thread")
        self._thread = thread.value  # its own view of the machine, which stays

    def static(self, kind, name, signature):
        """What a static field refers to. As long as this process lives it is not freed."""
        kind = self._call(_FIND_CLASS, (_Text,), kind)
        field = self._call(_GET_STATIC_FIELD_ID, (_Pointer, _Text, _Text), kind, name, signature)
        found = self._call(_GET_STATIC_OBJECT_FIELD, (_Pointer, _Pointer), kind, field)
        return self._call(_NEW_GLOBAL_REF, (_Pointer,), found)

    def member(self, of, kind, name, signature):
        """What a field of an object refers to, likewise."""
        found = self._call(_GET_OBJECT_FIELD, (_Pointer, _Pointer), of, self.field(kind, name, signature))
        return self._call(_NEW_GLOBAL_REF, (_Pointer,), found)

    def field(self, kind, name, signature):
        kind = self._call(_FIND_CLASS, (_Text,), kind)
        return self._call(_GET_FIELD_ID, (_Pointer, _Text, _Text), kind, name, signature)

    def setter(self, of, field):
        """A function that stores 64 bits, as a number, in an object's field."""
        number = ctypes.c_longlong()
        set_long = _function(
            self._thread, _SET_LONG_FIELD, None, _Pointer, _Pointer, ctypes.c_longlong
        )
        # Of C's types already: to make them is more to run.
        arguments = _Pointer(self._thread), _Pointer(of), _Pointer(field), number

        def store(value):
            number.value = value
            set_long(*arguments)

        return store

    def _call(self, place, kinds, *arguments):
        found = _function(self._thread, place, _Pointer, *kinds)(self._thread, *arguments)
        if not found:
            _function(self._thread, _EXCEPTION_CLEAR, None)(self._thread)
            raise RuntimeError(f"JNI function {place} found nothing: {arguments}")
        return found
