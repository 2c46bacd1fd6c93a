package dev.distillery.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "predict", description = "Classifies images with a published model.")
final class PredictCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description =
                    "A model.onnx, a version's folder, or a model's folder, of which the latest version is taken.")
    private Path model;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE", description = "Pictures: PNG, JPEG, GIF or BMP.")
    private List<Path> images;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "3",
            description = "Classes for each picture, most likely first.")
    private int top;

    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "table", description = "table or json.")
    private String format;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("predict", "--top", String.valueOf(top), "--output", format, "--"));
        arguments.add(model.toString());
        images.forEach(image -> arguments.add(image.toString()));
        return TrainerProcess.run(arguments);
    }
}
