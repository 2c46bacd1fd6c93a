package dev.distillery.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description = "Checks a published version: every file against its digest, and the digests' signature.")
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private PublishedVersion version;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return TrainerProcess.run(version.arguments("verify"));
    }
}
