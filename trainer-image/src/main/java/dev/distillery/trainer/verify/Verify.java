package dev.distillery.trainer.verify;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The {@code verify} command. */
public final class Verify {
    private static final String USAGE =
            """
            usage: verify [--key cosign.pub] VERSION
            VERSION: a version's folder, or a model's folder, of which the latest version is taken; file:// too.
            """;

    private final PrintStream out;
    private final PrintStream err;

    public Verify(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * @param arguments after the command's name
     * @return the process's exit code: 0, 2 for wrong usage, 11 for a version that is not as it was published
     */
    public int run(List<String> arguments) {
        try {
            return verify(arguments).code();
        } catch (TrainerException e) {
            err.println("verify: " + e.getMessage());
            return e.exitCode().code();
        } finally {
            out.flush();
        }
    }

    private ExitCode verify(List<String> arguments) {
        List<String> locations = new ArrayList<>();
        VerificationKey key = null;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--help", "-h" -> {
                    out.print(USAGE);
                    return ExitCode.SUCCEEDED;
                }
                case "--key" -> {
                    if (!rest.hasNext()) {
                        throw new TrainerException(
                                ExitCode.USAGE, "got --key without a value, expected a file\n" + USAGE);
                    }
                    key = VerificationKey.read(Path.of(rest.next()));
                }
                case "--" -> rest.forEachRemaining(locations::add);
                default -> locations.add(argument);
            }
        }
        if (locations.size() != 1) {
            throw new TrainerException(ExitCode.USAGE, "got " + locations + ", expected one version\n" + USAGE);
        }
        return verify(locations.get(0), key);
    }

    private ExitCode verify(String location, VerificationKey key) {
        VersionFolder version = VersionFolder.at(location);
        try {
            Verification found = Verification.of(version, key);
            List<String> faults = new ArrayList<>(found.faults());
            for (String name : version.foreignShared()) {
                faults.add("../" + name + ": differs from the one of this version, the latest");
            }
            if (faults.isEmpty()) {
                out.println(version + ": " + found.files() + " files as published, " + signature(found, key));
                return ExitCode.SUCCEEDED;
            }
            faults.forEach(fault -> err.println(version + ": " + fault));
            return ExitCode.INVALID_DATA;
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, version + ": cannot be read (" + e + ")", e);
        }
    }

    private static String signature(Verification found, VerificationKey key) {
        if (key != null) {
            return "signed by the given key";
        }
        return found.signed() ? "signature not checked: no --key" : "not signed";
    }
}
