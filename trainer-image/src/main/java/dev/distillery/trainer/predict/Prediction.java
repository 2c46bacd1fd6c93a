package dev.distillery.trainer.predict;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What the model says of one picture, most likely class first. */
record Prediction(String image, List<Candidate> predictions) {

    /** @param probability 0 to 1 */
    record Candidate(int label, @JsonProperty("class") String name, float probability) {}

    /** @param top how many classes to keep; equal probabilities come in the order of their labels */
    static Prediction of(String image, float[] probabilities, int top, IntFunction<String> names) {
        return new Prediction(
                image,
                IntStream.range(0, probabilities.length)
                        .boxed()
                        .sorted(Comparator.comparing((Integer label) -> -probabilities[label]))
                        .limit(top)
                        .map(label -> new Candidate(label, names.apply(label), probabilities[label]))
                        .toList());
    }
}
