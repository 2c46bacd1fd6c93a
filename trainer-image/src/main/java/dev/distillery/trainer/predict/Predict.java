package dev.distillery.trainer.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The {@code predict} command. */
public final class Predict {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

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

    private static List<Prediction> predictions(PredictOptions options) {
        List<Prediction> predictions = new ArrayList<>();
        try (Classifier classifier = new Classifier(ModelFile.find(options.model()))) {
            for (String image : options.images()) {
                float[] probabilities = classifier.probabilities(Picture.read(image));
                predictions.add(Prediction.of(image, probabilities, options.top(), classifier::className));
            }
        }
        return predictions;
    }

    private void print(PredictOptions options, List<Prediction> predictions) {
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

    private static String table(List<Prediction> predictions) {
        int imageWidth = "IMAGE".length();
        int classWidth = "CLASS".length();
        for (Prediction prediction : predictions) {
            imageWidth = Math.max(imageWidth, prediction.image().length());
            for (Prediction.Candidate candidate : prediction.predictions()) {
                classWidth = Math.max(classWidth, candidate.name().length());
            }
        }
        String row = "%-" + imageWidth + "s  %-" + classWidth + "s  %11s%n";
        StringBuilder table = new StringBuilder(String.format(row, "IMAGE", "CLASS", "PROBABILITY"));
        for (Prediction prediction : predictions) {
            String image = prediction.image();
            for (Prediction.Candidate candidate : prediction.predictions()) {
                String probability = String.format(Locale.ROOT, "%.4f", candidate.probability());
                table.append(String.format(row, image, candidate.name(), probability));
                image = "";
            }
        }
        return table.toString();
    }
}
