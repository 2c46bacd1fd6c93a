package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;

/** A training and a validation split, the names of the classes, and the augmentation of the training images. */
public record Dataset(
        @Default("idx") @JsonPropertyDescription("idx: the MNIST family's format, plain or gzip.") Format format,
        @Required @JsonPropertyDescription("The images that weights are fitted to.") Split train,
        @Required @JsonPropertyDescription("The images that top-1 is measured on; never trained on.") Split validation,
        @JsonPropertyDescription(
                        "Class names by label, first is label 0; published beside the model. Absent: class-0, class-1, …")
                List<String> classes,
        @Default("{}") @JsonPropertyDescription("Random changes of the training images, drawn from the seed.")
                Augmentation augmentation) {

    public enum Format {
        @JsonProperty("idx")
        IDX
    }

    /** One split: an images file and a labels file with equally many entries. */
    public record Split(@Required Source images, @Required Source labels) {}

    /**
     * One file.
     *
     * @param uri {@code file:///path} as the trainer sees it, {@code pvc://claim/path}, or a relative path, which the
     *     command line resolves against the recipe's folder
     * @param sha256 the file's SHA-256 in lower-case hex; training stops when the file differs
     */
    public record Source(
            @Required @JsonPropertyDescription("file:///path, pvc://claim/path, or a path relative to the recipe.")
                    String uri,
            @Pattern("^[0-9a-f]{64}$")
                    @JsonPropertyDescription("SHA-256 of the file, 64 lower-case hex digits; checked before training.")
                    String sha256) {}

    public record Augmentation(
            @Default("0")
                    @Min(0)
                    @Max(64)
                    @JsonPropertyDescription("Zero padding on each side, in pixels, before a random crop to size.")
                    int crop,
            @Default("false") @JsonPropertyDescription("Mirror left-right with probability 1/2.") boolean flip) {}
}
