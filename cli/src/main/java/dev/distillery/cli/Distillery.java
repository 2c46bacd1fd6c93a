package dev.distillery.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The root command; {@code main} is what the launcher starts. */
@Command(
        name = "distillery",
        description = "Trains a teacher, distils it into a small student, and publishes the student as ONNX.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        showDefaultValues = true,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            ValidateCommand.class,
            PredictCommand.class,
            VerifyCommand.class,
            PullCommand.class,
            ServeCommand.class,
            UpCommand.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Distillery {
    private static final String EXIT_CODES =
            """

            Exit codes:
              0 done                   12 too little memory    16 teacher missing
              2 usage                  13 diverged             130, 143 interrupted
              10 invalid recipe        14 gate failed          1 anything else
              11 invalid data          15 publishing failed   17 workspace failed
              18 destination does not answer

            Completion in this shell: source <(./distillery generate-completion)

            """;

    public static void main(String[] args) {
        System.exit(commandLine(Terminal.ofEnvironment(System.getenv()), writer(System.out), writer(System.err))
                .execute(args));
    }

    static CommandLine commandLine(Terminal terminal, PrintWriter out, PrintWriter err) {
        CommandLine commandLine = new CommandLine(new Distillery())
                .setOut(out)
                .setErr(err)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()))
                .setExecutionExceptionHandler(Distillery::report);
        commandLine.getCommandSpec().usageMessage().footer(EXIT_CODES.split("\n"));
        return commandLine;
    }

    private static int report(Exception e, CommandLine command, CommandLine.ParseResult arguments) throws Exception {
        if (!(e instanceof Failure failure)) {
            throw e;
        }
        failure.print(command.getErr());
        return failure.code().code();
    }

    /** UTF-8 whatever the locale: what is printed may be piped, and every terminal of today reads it. */
    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
