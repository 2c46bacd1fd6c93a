package dev.distillery.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "pull",
        description =
                "Brings a published version into a folder, if it is as it was published; serve and predict take it there.")
final class PullCommand implements Callable<Integer> {
    @Mixin
    private PublishedVersion version;

    @Parameters(
            index = "1",
            paramLabel = "FOLDER",
            description = "Of models; the version then lies in FOLDER/model/number. To pull it again changes nothing.")
    private Path folder;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> arguments = version.arguments("pull");
        arguments.add(folder.toString());
        return TrainerProcess.run(arguments);
    }
}
