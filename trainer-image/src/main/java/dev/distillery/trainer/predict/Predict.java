package dev.distillery.trainer.predict;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.distillery.image.BadImageException;
import dev.distillery.inference.InputForm;
import dev.distillery.inference.InvalidModelException;
import dev.distillery.inference.ModelFile;
import dev.distillery.inference.Picture;
import dev.distillery.inference.Prediction;
import dev.distillery.inference.PublishedModel;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code predict} command. */
public final class Predict {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** What the model says of one picture, most likely class first. */
    private record Answer(String image, List<Prediction> predictions) {}

    private final PrintStream out;
    private final PrintStream err;

    public Predict(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Prints the most likely classes of each picture; nothing but one message if the model or any picture is no good.
     *
     * @param arguments after the command's name
     * @return the process's exit code: 0, 2 for wrong usage, 11 for a model or picture that is missing or broken
     */
    public int run(List<String> arguments) {
        try {
            PredictOptions options = PredictOptions.parse(arguments);
            if (options.help()) {
                out.print(PredictOptions.USAGE);
            } else {
                print(options, predictions(options));
            }
            return ExitCode.SUCCEEDED.code();
        } catch (TrainerException e) {
            err.println("predict: " + e.getMessage());
            return e.exitCode().code();
        } finally {
            out.flush();
        }
    }

    private static List<Answer> predictions(PredictOptions options) {
        // DJL insists on creating the environment itself; one that exists already makes its engine fail.
        Engine.getEngine("OnnxRuntime");
        int threads = Runtime.getRuntime().availableProcessors();
        List<Answer> answers = new ArrayList<>();
        try (PublishedModel model =
                PublishedModel.load(ModelFile.find(options.model()).file(), threads)) {
            for (String image : options.images()) {
                float[] probabilities = model.probabilities(pixels(image, model.input()));
                answers.add(new Answer(image, Prediction.mostLikely(probabilities, options.top(), model::className)));
            }
        } catch (InvalidModelException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, e.getMessage(), e);
        }
        return answers;
    }

    private static byte[] pixels(String name, InputForm form) {
        try {
            Path path = Path.of(name);
            if (!Files.isRegularFile(path)) {
                throw invalid(name, "got " + (Files.exists(path) ? "no file" : "nothing there"), null);
            }
            return Picture.ofAnyFormat(Files.readAllBytes(path)).pixels(form);
        } catch (IOException | InvalidPathException | BadImageException e) {
            throw invalid(name, "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static TrainerException invalid(String name, String problem, Exception cause) {
        return new TrainerException(
                ExitCode.INVALID_DATA, name + ": " + problem + ", expected a PNG, JPEG, GIF or BMP picture", cause);
    }

    private void print(PredictOptions options, List<Answer> predictions) {
        if (!options.json()) {
            out.print(table(predictions));
            return;
        }
        try {
            out.println(MAPPER.writeValueAsString(predictions));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("predictions are plain records and can be written", e);
        }
    }

    private static String table(List<Answer> predictions) {
        int imageWidth = "IMAGE".length();
        int classWidth = "CLASS".length();
        for (Answer prediction : predictions) {
            imageWidth = Math.max(imageWidth, prediction.image().length());
            for (Prediction candidate : prediction.predictions()) {
                classWidth = Math.max(classWidth, candidate.name().length());
            }
        }
        String row = "%-" + imageWidth + "s  %-" + classWidth + "s  %11s%n";
        StringBuilder table = new StringBuilder(String.format(row, "IMAGE", "CLASS", "PROBABILITY"));
        for (Answer prediction : predictions) {
            String image = prediction.image();
            for (Prediction candidate : prediction.predictions()) {
                String probability = String.format(Locale.ROOT, "%.4f", candidate.probability());
                table.append(String.format(row, image, candidate.name(), probability));
                image = "";
            }
        }
        return table.toString();
    }
}
