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

/** The {@code verify} command. */
public final class Verify {
    private static final String USAGE =
            """
            usage: verify [--key cosign.pub] [--plain-http] VERSION
            VERSION: a folder, file://, s3:// or oci:// URI of a version, or of a model, of which the latest version is taken.
            --plain-http: speak to the registry without TLS.
            """;

    private final PrintStream out;
    private final PrintStream err;

    public Verify(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * @param arguments after the command's name
     * @return the process's exit code: 0, 2 for wrong usage, 11 for a version that is not as it was published, 15 and 18
     *     for a bucket or registry that refuses or does not answer
     */
    public int run(List<String> arguments) {
        try {
            return verify(arguments).code();
        } catch (TrainerException e) {
            err.println("verify: " + e.getMessage());
            return e.exitCode().code();
        } catch (IllegalArgumentException e) {
            err.println("verify: got " + e.getMessage() + ", expected a folder, or a file, s3 or oci URI");
            return ExitCode.USAGE.code();
        } finally {
            out.flush();
        }
    }

    private ExitCode verify(List<String> arguments) {
        List<String> locations = new ArrayList<>();
        VerificationKey key = null;
        boolean plainHttp = false;
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
                case "--plain-http" -> plainHttp = true;
                case "--" -> rest.forEachRemaining(locations::add);
                default -> locations.add(argument);
            }
        }
        if (locations.size() != 1) {
            throw new TrainerException(ExitCode.USAGE, "got " + locations + ", expected one version\n" + USAGE);
        }
        return verify(locations.get(0), plainHttp, key);
    }

    private ExitCode verify(String location, boolean plainHttp, VerificationKey key) {
        try {
            if (location.startsWith("s3://")) {
                try (S3Version version = S3Version.at(location)) {
                    return verify(version, key);
                }
            }
            if (location.startsWith("oci://")) {
                return verify(OciVersion.at(location, plainHttp), key);
            }
            if (location.matches("[a-z][a-z0-9+.-]*://.*") && !location.startsWith("file:")) {
                throw new TrainerException(
                        ExitCode.USAGE, "got " + location + ", expected a folder, or a file, s3 or oci URI");
            }
            return verify(VersionFolder.at(location), key);
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, location + ": cannot be read (" + e + ")", e);
        }
    }

    private ExitCode verify(VersionContent version, VerificationKey key) throws IOException {
        Verification found = Verification.of(version, key);
        if (found.faults().isEmpty()) {
            out.println(version + ": " + found.files() + " files as published, " + signature(found, key));
            return ExitCode.SUCCEEDED;
        }
        found.faults().forEach(fault -> err.println(version + ": " + fault));
        return ExitCode.INVALID_DATA;
    }

    private static String signature(Verification found, VerificationKey key) {
        if (key != null) {
            return "signed by the given key";
        }
        return found.signed() ? "signature not checked: no --key" : "not signed";
    }
}
