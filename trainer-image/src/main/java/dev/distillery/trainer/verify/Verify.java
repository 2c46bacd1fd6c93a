package dev.distillery.trainer.verify;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.publish.VersionContent;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** The {@code verify} command. */
public final class Verify {
    private static final String USAGE =
            "usage: verify [--key cosign.pub] [--plain-http] VERSION\n" + VersionCommand.OPTIONS;

    private final VersionCommand command;

    public Verify(PrintStream out, PrintStream err) {
        this.command = new VersionCommand("verify", USAGE, List.of("VERSION"), out, err);
    }

    /**
     * @param arguments after the command's name
     * @return the process's exit code: 0, 2 for wrong usage, 11 for a version that is not as it was published, 15 and 18
     *     for a bucket or registry that refuses or does not answer
     */
    public int run(List<String> arguments) {
        return command.run(arguments, this::verify);
    }

    private ExitCode verify(VersionContent version, VersionCommand.Given given) throws IOException {
        Verification found = Verification.of(version, given.key());
        found.faults().forEach(fault -> command.err().println(version + ": " + fault));
        if (!found.faults().isEmpty()) {
            return ExitCode.INVALID_DATA;
        }
        command.out().println(version + ": " + found.summary(given.key() != null));
        return ExitCode.SUCCEEDED;
    }
}
