import com.sun.tools.javac.api.JavacTaskPool;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import javax.annotation.processing.Processor;
import javax.lang.model.SourceVersion;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.DiagnosticListener;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The system's compiler, which remembers from one task to the next what it has read of the
 * classes that sources refer to.
 *
 * <p>A source of Deephaven's, one for each formula, is small, and imports much. The system's
 * compiler begins each time with nothing, and nine tenths of its time goes into reading the
 * same class files again. jshell has a pool of compilers that keep them; this is that pool.
 *
 * <p>A task that fails there is run again by the system's compiler, as if nothing had been:
 * what is right, and what is said of a wrong source, is its word.
 */
public final class PooledCompiler implements JavaCompiler {
  /** Where Deephaven puts the class of a formula, each in a package of its own. */
  private static final String FORMULAS = "io.deephaven.temp.";

  private final JavaCompiler system = ToolProvider.getSystemJavaCompiler();

  /** What has been read belongs to the manager that found it. */
  private final Map<JavaFileManager, JavacTaskPool> pools = new WeakHashMap<>();

  private final Map<JavaFileManager, String> classPaths = new WeakHashMap<>();

  @Override
  public CompilationTask getTask(
      Writer out,
      JavaFileManager files,
      DiagnosticListener<? super JavaFileObject> listener,
      Iterable<String> options,
      Iterable<String> classes,
      Iterable<? extends JavaFileObject> units) {
    if (files == null) return system.getTask(out, files, listener, options, classes, units);
    return new Task(out, files, listener, options, classes, units);
  }

  private final class Task implements CompilationTask {
    private final Writer out;
    private final JavaFileManager files;
    private final DiagnosticListener<? super JavaFileObject> listener;
    private final Iterable<String> options;
    private final Iterable<String> classes;
    private final Iterable<? extends JavaFileObject> units;
    private CompilationTask plain; // made as soon as something is asked for that is not pooled

    Task(
        Writer out,
        JavaFileManager files,
        DiagnosticListener<? super JavaFileObject> listener,
        Iterable<String> options,
        Iterable<String> classes,
        Iterable<? extends JavaFileObject> units) {
      this.out = out;
      this.files = files;
      this.listener = listener;
      this.options = options;
      this.classes = classes;
      this.units = units;
    }

    @Override
    public void addModules(Iterable<String> names) {
      plain().addModules(names);
    }

    @Override
    public void setProcessors(Iterable<? extends Processor> processors) {
      plain().setProcessors(processors);
    }

    @Override
    public void setLocale(Locale locale) {
      plain().setLocale(locale);
    }

    @Override
    public Boolean call() {
      return plain == null && compiledInPool() ? Boolean.TRUE : plain().call();
    }

    private CompilationTask plain() {
      if (plain == null) plain = system.getTask(out, files, listener, options, classes, units);
      return plain;
    }

    private boolean compiledInPool() {
      List<String> rest = new ArrayList<>();
      String classPath = "";
      String output = null;
      for (Iterator<String> all = options.iterator(); all.hasNext(); ) {
        String option = all.next();
        if (option.equals("-cp")) classPath = all.next();
        else if (option.equals("-d")) output = all.next();
        else rest.add(option);
      }
      if (output == null) return false;
      rest.add("-proc:none"); // no source of Deephaven's has annotations that anybody processes
      DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
      StringWriter written = new StringWriter();
      boolean done;
      try {
        done =
            poolFor(classPath)
                .getTask(written, new Listing(at(output)), said, rest, classes, units, task -> task.call());
        if (done && out != null) out.write(written.toString());
      } catch (Exception | Error broken) {
        forget();
        return false;
      }
      if (!done) return false;
      if (listener != null)
        for (Diagnostic<? extends JavaFileObject> one : said.getDiagnostics()) listener.report(one);
      return true;
    }

    private JavaFileManager at(String output) {
      files.handleOption("-d", List.of(output).iterator());
      return files;
    }

    private JavacTaskPool poolFor(String classPath) {
      synchronized (pools) {
        if (!classPath.equals(classPaths.get(files))) {
          files.handleOption("-cp", List.of(classPath).iterator());
          classPaths.put(files, classPath);
          pools.remove(files);
        }
        return pools.computeIfAbsent(files, any -> new JavacTaskPool(1));
      }
    }

    private void forget() {
      synchronized (pools) {
        pools.remove(files);
        classPaths.remove(files);
      }
    }
  }

  /**
   * Knows without looking that a formula's package, which is its own, holds nothing yet. The
   * compiler would ask each of a hundred archives.
   */
  private static final class Listing extends ForwardingJavaFileManager<JavaFileManager> {
    Listing(JavaFileManager files) {
      super(files);
    }

    @Override
    public Iterable<JavaFileObject> list(
        Location location, String name, Set<JavaFileObject.Kind> kinds, boolean recurse)
        throws IOException {
      if (name.startsWith(FORMULAS)) return List.of();
      return super.list(location, name, kinds, recurse);
    }
  }

  @Override
  public StandardJavaFileManager getStandardFileManager(
      DiagnosticListener<? super JavaFileObject> listener, Locale locale, Charset charset) {
    return system.getStandardFileManager(listener, locale, charset);
  }

  @Override
  public int run(InputStream in, OutputStream out, OutputStream err, String... arguments) {
    return system.run(in, out, err, arguments);
  }

  @Override
  public Set<SourceVersion> getSourceVersions() {
    return system.getSourceVersions();
  }

  @Override
  public int isSupportedOption(String option) {
    return system.isSupportedOption(option);
  }
}
