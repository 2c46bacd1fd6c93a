package dev.distillery.trainer.verify;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.Destinations;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.VersionContent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The {@code pull} command: a version that is as it was published is published once more, to a folder. So it lies there whole
 * or not at all, under the number that it has, and to pull it again changes nothing.
 */
public final class Pull {
    private static final String USAGE = "usage: pull [--key cosign.pub] [--plain-http] VERSION FOLDER\n"
            + VersionCommand.OPTIONS
            + "FOLDER: of models; the version lies in FOLDER/model/number.\n";

    private final VersionCommand command;

    public Pull(PrintStream out, PrintStream err) {
        this.command = new VersionCommand("pull", USAGE, List.of("VERSION", "FOLDER"), out, err);
    }

    /**
     * @param arguments after the command's name
     * @return the process's exit code: those of {@link Verify}, and 15 for a folder that does not take the version
     */
    public int run(List<String> arguments) {
        return command.run(arguments, this::pull);
    }

    private ExitCode pull(VersionContent origin, VersionCommand.Given given) throws IOException {
        VersionInMemory version = VersionInMemory.read(origin);
        Verification found = Verification.of(version, given.key());
        found.faults().forEach(fault -> command.err().println(version + ": " + fault));
        if (!found.faults().isEmpty()) {
            command.err().println("pull: nothing was written");
            return ExitCode.INVALID_DATA;
        }
        ModelVersion model = ModelVersion.published(version.toString(), version.files(), version.number());
        Path folder = Path.of(given.operands().get(1)).toAbsolutePath().normalize();
        checkFree(folder, model);
        Destination destination = Destinations.folder(folder, model.modelName());
        try (ModelRepository repository = new ModelRepository(List.of(destination))) {
            Artifact pulled = repository.publish(model).artifacts().get(0);
            Path there = folder.resolve(model.modelName()).resolve(Integer.toString(pulled.version()));
            command.out().println(there + ": " + found.summary(given.key() != null));
        }
        return ExitCode.SUCCEEDED;
    }

    private static void checkFree(Path folder, ModelVersion model) throws IOException {
        if (model.version() == null) {
            return;
        }
        Path place = folder.resolve(model.modelName()).resolve(Integer.toString(model.version()));
        Path report = place.resolve(ModelVersion.REPORT);
        Optional<String> run =
                Files.isRegularFile(report) ? ModelVersion.runOf(Files.readAllBytes(report)) : Optional.empty();
        if (Files.exists(place) && !run.equals(Optional.of(model.runId()))) {
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    place + ": got another run's version, expected none or this one; pull into another folder");
        }
    }
}
