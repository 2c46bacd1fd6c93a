package dev.distillery.trainer.verify;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.publish.oci.OciVersion;
import dev.distillery.trainer.publish.s3.S3Version;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the commands on a published version have in common: their options, where the version lies, and how they end.
 *
 * @param usage lines, each ended
 * @param operands their names, the version's place first
 */
record VersionCommand(String name, String usage, List<String> operands, PrintStream out, PrintStream err) {
    static final String OPTIONS =
            """
            VERSION: a folder, file://, s3:// or oci:// URI of a version, or of a model, of which the latest version is taken.
            --key: the signer's public key; without it a signature is not checked.
            --plain-http: speak to the registry without TLS.
            """;

    private static final String EXPECTED = "expected a folder, or a file, s3 or oci URI";

    /** What to do with the version. */
    interface Work {
        ExitCode on(VersionContent version, Given given) throws IOException;
    }

    /**
     * What a user gave.
     *
     * @param key null to check no signature
     */
    record Given(List<String> operands, VerificationKey key, boolean plainHttp) {}

    /** @return the process's exit code */
    int run(List<String> arguments, Work work) {
        try {
            int end = arguments.indexOf("--");
            List<String> options = end < 0 ? arguments : arguments.subList(0, end);
            return options.contains("--help") || options.contains("-h")
                    ? help()
                    : work(parse(arguments), work).code();
        } catch (TrainerException e) {
            err.println(name + ": " + e.getMessage());
            return e.exitCode().code();
        } catch (IllegalArgumentException e) {
            err.println(name + ": got " + e.getMessage() + ", " + EXPECTED);
            return ExitCode.USAGE.code();
        } finally {
            out.flush();
        }
    }

    private int help() {
        out.print(usage);
        return ExitCode.SUCCEEDED.code();
    }

    private Given parse(List<String> arguments) {
        List<String> given = new ArrayList<>();
        VerificationKey key = null;
        boolean plainHttp = false;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--key" -> {
                    if (!rest.hasNext()) {
                        throw new TrainerException(
                                ExitCode.USAGE, "got --key without a value, expected a file\n" + usage);
                    }
                    key = VerificationKey.read(Path.of(rest.next()));
                }
                case "--plain-http" -> plainHttp = true;
                case "--" -> rest.forEachRemaining(given::add);
                default -> given.add(argument);
            }
        }
        if (given.size() != operands.size()) {
            throw new TrainerException(
                    ExitCode.USAGE, "got " + given + ", expected " + String.join(" ", operands) + "\n" + usage);
        }
        return new Given(given, key, plainHttp);
    }

    private static ExitCode work(Given given, Work work) {
        String location = given.operands().get(0);
        try (VersionContent version = open(location, given.plainHttp())) {
            return work.on(version, given);
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, location + ": cannot be read (" + e + ")", e);
        }
    }

    private static VersionContent open(String location, boolean plainHttp) throws IOException {
        if (location.startsWith("s3://")) {
            return S3Version.at(location);
        }
        if (location.startsWith("oci://")) {
            return OciVersion.at(location, plainHttp);
        }
        if (location.matches("[a-z][a-z0-9+.-]*://.*") && !location.startsWith("file:")) {
            throw new TrainerException(ExitCode.USAGE, "got " + location + ", " + EXPECTED);
        }
        return VersionFolder.at(location);
    }
}
