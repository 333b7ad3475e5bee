"""Has Deephaven compile its formulas with a compiler that remembers: PooledCompiler.java."""

import os
import tempfile

# What the JVM has to be started with.
_PACKAGE = "jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED"
JVM_ARGUMENT = "--add-exports=" + _PACKAGE

_NAME = "PooledCompiler"
_SOURCE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "java", _NAME + ".java")
_USER = "io.deephaven.engine.context.QueryCompilerImpl"


def install():
    """Replaces the compiler of this process's server. Raises where it is not known."""
    import jpy  # they need the JVM
    from deephaven.jcompat import j_runnable

    classes = jpy.get_type("java.lang.Class")
    system = jpy.get_type("java.lang.ClassLoader").getSystemClassLoader()
    field = classes.forName(_USER, True, system).getDeclaredField("compiler")
    with tempfile.TemporaryDirectory() as folder:
        _compile(jpy, folder)
        url = jpy.get_type("java.io.File")(folder).toURI().toURL()
        loader = jpy.get_type("java.net.URLClassLoader")([url], system)
        compiler = loader.loadClass(_NAME).getConstructors()[0].newInstance([])
        # While its classes are there: all that it consists of is loaded.
        for name in ("Task", "Listing"):
            loader.loadClass(f"{_NAME}${name}")

    def replace():
        field.setAccessible(True)
        field.set(None, compiler)

    # Java asks who calls, and takes Python for nobody; here a class of jpy does.
    j_runnable(replace).run()


def _compile(jpy, folder):
    compiler = jpy.get_type("javax.tools.ToolProvider").getSystemJavaCompiler()
    said = jpy.get_type("java.io.ByteArrayOutputStream")()
    arguments = ["--add-exports", _PACKAGE, "-d", folder, _SOURCE]
    if compiler.run(None, said, said, arguments) != 0:
        raise RuntimeError(f"{_NAME} cannot be compiled: {said.toString()}")
