DEFAULT_JVM_ARGS = ["-Xrs", "-XX:CompilerDirectivesFile=directives", "-XX:VMOptionsFile=options"]
