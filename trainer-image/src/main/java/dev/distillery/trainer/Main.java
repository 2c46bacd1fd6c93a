package dev.distillery.trainer;

import dev.distillery.report.ExitCode;
import dev.distillery.report.Stage;
import dev.distillery.trainer.predict.Predict;
import dev.distillery.trainer.stage.StageRunner;
import dev.distillery.trainer.verify.Pull;
import dev.distillery.trainer.verify.Verify;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * {@code trainer teacher}, {@code trainer student}, {@code trainer predict MODEL IMAGE…}, {@code trainer
 * verify VERSION}, {@code trainer pull VERSION FOLDER}.
 */
public final class Main {
    private static final String USAGE =
            """
            usage: trainer teacher | student          one stage of a recipe, by the environment that the operator sets
                   trainer predict MODEL IMAGE...     classify images with a published model; predict --help says more
                   trainer verify VERSION             check a published version; verify --help says more
                   trainer pull VERSION FOLDER        bring it into a folder; pull --help says more
            """;

    private Main() {}

    public static void main(String[] args) {
        int code = ExitCode.INTERNAL_ERROR.code();
        try {
            code = run(args);
        } catch (RuntimeException | Error e) {
            LoggerFactory.getLogger(Main.class).error("the trainer ended with an error of its own", e);
        }
        System.exit(code);
    }

    private static int run(String[] args) {
        String command = args.length == 0 ? "" : args[0];
        return switch (command) {
            case "teacher" ->
                new StageRunner(Stage.TEACHER, System.getenv()).run().code();
            case "student" ->
                new StageRunner(Stage.STUDENT, System.getenv()).run().code();
            case "predict" ->
                new Predict(System.out, System.err).run(List.of(args).subList(1, args.length));
            case "verify" ->
                new Verify(System.out, System.err).run(List.of(args).subList(1, args.length));
            case "pull" -> new Pull(System.out, System.err).run(List.of(args).subList(1, args.length));
            case "--help", "-h" -> {
                System.out.print(USAGE);
                yield ExitCode.SUCCEEDED.code();
            }
            default -> {
                System.err.print((command.isEmpty() ? "" : "unknown command '" + command + "'\n") + USAGE);
                yield ExitCode.USAGE.code();
            }
        };
    }
}
