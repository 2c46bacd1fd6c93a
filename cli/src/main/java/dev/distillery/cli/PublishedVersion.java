package dev.distillery.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which published version a command is about, and how it is reached and checked. */
final class PublishedVersion {
    @Parameters(
            index = "0",
            paramLabel = "VERSION",
            description =
                    "A folder, file://, s3:// or oci:// URI of a version, or of a model, of which the latest version"
                            + " is taken. Credentials are those of this environment.")
    private String version;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "The signer's public key, e.g. cosign.pub. Without it a signature is not checked.")
    private Path key;

    @Option(names = "--plain-http", description = "Speak to the registry without TLS.")
    private boolean plainHttp;

    /** @return for the trainer's command of this name */
    List<String> arguments(String command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        if (key != null) {
            arguments.addAll(List.of("--key", key.toString()));
        }
        if (plainHttp) {
            arguments.add("--plain-http");
        }
        arguments.addAll(List.of("--", version));
        return arguments;
    }
}
