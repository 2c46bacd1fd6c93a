package dev.distillery.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = "Checks a published version: every file against its digest, and the digests' signature.")
final class VerifyCommand implements Callable<Integer> {
    @Parameters(
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

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("verify"));
        if (key != null) {
            arguments.addAll(List.of("--key", key.toString()));
        }
        if (plainHttp) {
            arguments.add("--plain-http");
        }
        arguments.addAll(List.of("--", version));
        return TrainerProcess.run(arguments);
    }
}
