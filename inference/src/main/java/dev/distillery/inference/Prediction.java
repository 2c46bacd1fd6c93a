package dev.distillery.inference;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A class that a model sees in a picture.
 *
 * @param probability 0 to 1
 */
public record Prediction(int label, @JsonProperty("class") String name, float probability) {

    /**
     * @param probabilities (classes)
     * @param top how many classes to keep
     * @return most likely first; equal probabilities come in the order of their labels
     */
    public static List<Prediction> mostLikely(float[] probabilities, int top, IntFunction<String> names) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing((Integer label) -> -probabilities[label]))
                .limit(top)
                .map(label -> new Prediction(label, names.apply(label), probabilities[label]))
                .toList();
    }
}
