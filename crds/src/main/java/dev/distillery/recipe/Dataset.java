package dev.distillery.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A training and a validation split, the names of the classes, and how their images are seen. */
@ValidationRule(
        value = "self.format != 'idx' || (has(self.train.images) && has(self.train.labels) && !has(self.train.folder)"
                + " && has(self.validation.images) && has(self.validation.labels) && !has(self.validation.folder))",
        message = "expected images and labels in train and in validation, and no folder, for format idx")
@ValidationRule(
        value = "self.format != 'imageFolder' || (has(self.train.folder) && !has(self.train.images)"
                + " && !has(self.train.labels) && has(self.validation.folder) && !has(self.validation.images)"
                + " && !has(self.validation.labels))",
        message = "expected a folder in train and in validation, and neither images nor labels, for format imageFolder")
@ValidationRule(
        value = "!(has(self.train.images) && has(self.validation.images)"
                + " && self.train.images.uri == self.validation.images.uri)"
                + " && !(has(self.train.folder) && has(self.validation.folder)"
                + " && self.train.folder.uri == self.validation.folder.uri)",
        fieldPath = ".validation",
        message = "expected other images than those of train: top-1 on what was trained on says nothing")
@ValidationRule(
        value = "self.format == 'imageFolder' || !has(self.imageSize)",
        fieldPath = ".imageSize",
        message = "expected nothing: only format imageFolder scales images")
@ValidationRule(
        value = "self.format == 'imageFolder' || self.maxBadImages == 0",
        fieldPath = ".maxBadImages",
        message = "expected 0: only format imageFolder has files to leave out")
@ValidationRule(
        value = "self.format == 'imageFolder' || !has(self.augmentation.randomResizedCrop)",
        fieldPath = ".augmentation.randomResizedCrop",
        message = "expected nothing: only format imageFolder crops photographs; see crop")
@ValidationRule(
        value = "!has(self.augmentation.randomResizedCrop) || self.augmentation.crop == 0",
        fieldPath = ".augmentation.crop",
        message = "expected 0: randomResizedCrop moves the picture already; use one of the two")
public record Dataset(
        @Default("idx")
                @JsonPropertyDescription(
                        "idx: the MNIST family's format, plain or gzip. imageFolder: JPEG and PNG, one sub-folder per class.")
                Format format,
        @Required @JsonPropertyDescription("The images that weights are fitted to.") Split train,
        @Required @JsonPropertyDescription("The images that top-1 is measured on; never trained on.") Split validation,
        @Size(min = 2, max = 32768)
                @JsonPropertyDescription(
                        "Class names by label, first is label 0; published beside the model. Absent: class-0,"
                                + " class-1, … for idx, the sub-folders' names for imageFolder, which these must equal.")
                List<@Size(max = 256) String> classes,
        @Min(16)
                @Max(1024)
                @JsonPropertyDescription("imageFolder only: height and width that the network sees, in pixels. Absent: "
                        + DEFAULT_IMAGE_SIZE + " (Krizhevsky et al. 2012).")
                Integer imageSize,
        @Default("0")
                @Min(0)
                @Max(1000000)
                @JsonPropertyDescription(
                        "imageFolder only: so many images, of both splits, may be unreadable and are left out. One more, and training does not start.")
                int maxBadImages,
        @Default("{}") @JsonPropertyDescription("Random changes of the training images, drawn from the seed.")
                Augmentation augmentation) {

    public static final int DEFAULT_IMAGE_SIZE = 224;

    public enum Format {
        @JsonProperty("idx")
        IDX("idx"),
        @JsonProperty("imageFolder")
        IMAGE_FOLDER("imageFolder");

        private final String label;

        Format(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * One split.
     *
     * @param images idx only: an IDX file of images
     * @param labels idx only: an IDX file with as many labels
     * @param folder imageFolder only: a folder with one sub-folder per class, whose name is the class's
     */
    public record Split(
            @JsonPropertyDescription("idx only: the file of images.") Source images,
            @JsonPropertyDescription("idx only: the file of labels, as many as images.") Source labels,
            @JsonPropertyDescription(
                            "imageFolder only: the folder with one sub-folder of JPEG and PNG files per class.")
                    Source folder) {
        public static Split ofFiles(Source images, Source labels) {
            return new Split(images, labels, null);
        }

        public static Split ofFolder(Source folder) {
            return new Split(null, null, folder);
        }

        /** @return what is there, in the order images, labels, folder */
        public List<Source> sources() {
            return Stream.of(images, labels, folder).filter(Objects::nonNull).toList();
        }
    }

    /**
     * One file or folder.
     *
     * @param uri {@code file:///path} as the trainer sees it, {@code pvc://claim/path}, or a relative path, which the
     *     command line resolves against the recipe's folder
     * @param sha256 in lower-case hex; training stops when the data differ. Of a folder: {@link
     *     dev.distillery.imagefolder.FolderDigest}
     */
    public record Source(
            @Required
                    @Size(max = 2048)
                    @JsonPropertyDescription("file:///path, pvc://claim/path, or a path relative to the recipe.")
                    String uri,
            @Pattern("^[0-9a-f]{64}$")
                    @Size(max = 64)
                    @JsonPropertyDescription("SHA-256, 64 lower-case hex digits; checked before training. Of a folder:"
                            + " ./distillery validate prints it.")
                    String sha256) {}

    public record Augmentation(
            @Default("0")
                    @Min(0)
                    @Max(64)
                    @JsonPropertyDescription("Zero padding on each side, in pixels, before a random crop to size.")
                    int crop,
            @JsonPropertyDescription("imageFolder only: a random part of the photograph, scaled to imageSize. Absent:"
                            + " the part that evaluation sees.")
                    RandomResizedCrop randomResizedCrop,
            @Default("false") @JsonPropertyDescription("Mirror left-right with probability 1/2.") boolean flip) {}

    /** Szegedy et al. 2015, section 6, with torchvision's bounds. Scales are shares of the area, ratios width / height. */
    @ValidationRule(
            value = "self.minScale <= self.maxScale",
            fieldPath = ".minScale",
            message = "expected at most maxScale")
    @ValidationRule(
            value = "self.minRatio <= self.maxRatio",
            fieldPath = ".minRatio",
            message = "expected at most maxRatio")
    public record RandomResizedCrop(
            @Default("0.08") @Min(0.001) @Max(1) @JsonPropertyDescription("Least share of the area.") double minScale,
            @Default("1.0") @Min(0.001) @Max(1) @JsonPropertyDescription("Greatest share of the area.") double maxScale,
            @Default("0.75") @Min(0.1) @Max(10) @JsonPropertyDescription("Least width / height.") double minRatio,
            @Default("1.3333333333333333") @Min(0.1) @Max(10) @JsonPropertyDescription("Greatest width / height.")
                    double maxRatio) {}
}
