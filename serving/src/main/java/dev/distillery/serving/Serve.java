package dev.distillery.serving;

import dev.distillery.inference.InvalidModelException;
import dev.distillery.report.ExitCode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Starts the server: {@code java -jar quarkus-run.jar MODEL [THREADS]}. Port and host are Quarkus' settings, for example
 * {@code QUARKUS_HTTP_PORT}.
 */
@QuarkusMain
public final class Serve implements QuarkusApplication {
    private static final String USAGE = "usage: quarkus-run.jar MODEL [THREADS]";

    private static ServedModel model;

    public static void main(String[] args) {
        // Before the server: a model that is no good shall end in one line, not in a server that never gets ready.
        try {
            model = ServedModel.load(path(args), threads(args));
        } catch (IllegalArgumentException e) {
            fail(ExitCode.USAGE, e.getMessage());
        } catch (InvalidModelException e) {
            fail(ExitCode.INVALID_DATA, e.getMessage());
        }
        Quarkus.run(Serve.class, args);
    }

    private static String path(String[] args) {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException(USAGE);
        }
        return args[0];
    }

    private static int threads(String[] args) {
        if (args.length < 2) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (!args[1].matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("threads: got " + args[1] + ", expected a whole number from 1 to 999");
        }
        return Integer.parseInt(args[1]);
    }

    private static void fail(ExitCode code, String message) {
        System.err.println("serve: " + message);
        System.exit(code.code());
    }

    static ServedModel model() {
        return model;
    }

    /** Called once the server listens. */
    @Override
    public int run(String... args) {
        Config config = ConfigProvider.getConfig();
        System.out.printf(
                "serving %s version %s (%d classes) at http://%s:%s%n",
                model.name(),
                model.version(),
                model.onnx().classes(),
                config.getValue("quarkus.http.host", String.class),
                config.getValue("quarkus.http.port", String.class));
        Quarkus.waitForExit();
        return ExitCode.SUCCEEDED.code();
    }
}
