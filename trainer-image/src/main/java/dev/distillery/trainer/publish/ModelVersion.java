package dev.distillery.trainer.publish;

import dev.distillery.recipe.Publish;
import dev.distillery.report.CurvePoint;
import dev.distillery.report.ExitCode;
import dev.distillery.report.Result;
import dev.distillery.report.Stage;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.signing.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A student as files, the same for every place that it goes to.
 *
 * @param runId names the run; a place has at most one version of it
 * @param version null for the next free number
 * @param modelFiles content by name of what lies beside the versions, and must be the same for all of them
 * @param files content by name of what lies in the version's folder; a name has no slash
 * @param annotations what a registry shows of the version, by key
 */
public record ModelVersion(
        String runId,
        String modelName,
        Integer version,
        Map<String, byte[]> modelFiles,
        Map<String, byte[]> files,
        Map<String, String> annotations) {
    public static final String ONNX = Bundle.MODEL;
    public static final String REPORT = BundleFiles.REPORT;
    public static final String LABELS = BundleFiles.LABELS;
    public static final String CONFIG = BundleFiles.CONFIG;
    public static final String PREPROCESSING = BundleFiles.PREPROCESSING;

    static final String BESIDE = "model/";
    static final String INSIDE = "version/";

    /** @param key null leaves the version unsigned */
    public static ModelVersion of(Bundle bundle, SigningKey key) {
        Map<String, byte[]> files = BundleFiles.of(bundle, key).files();
        Map<String, String> annotations = new TreeMap<>();
        annotations.put("dev.distillery.recipe.digest", bundle.recipe().digest());
        annotations.put("dev.distillery.data.digest", bundle.data().digest());
        annotations.put("dev.distillery.top1", Double.toString(bundle.result().top1()));
        annotations.put(
                "dev.distillery.parameters", Long.toString(bundle.result().parameters()));
        return new ModelVersion(
                bundle.runId(),
                bundle.modelName(),
                bundle.recipe().spec().publish().version(),
                beside(files),
                files,
                annotations);
    }

    /**
     * The same version again. Annotations, which only registries show, are not known.
     *
     * @param where it was published, for messages
     * @param files content by name, as their list of digests says
     * @param version its number; null for the next free one
     * @throws TrainerException INVALID_DATA if no student of ours is published like this
     */
    public static ModelVersion published(String where, Map<String, byte[]> files, Integer version) {
        for (String name : List.of(REPORT, CONFIG, LABELS, ONNX)) {
            if (!files.containsKey(name)) {
                throw new TrainerException(
                        ExitCode.INVALID_DATA, where + ": has no " + name + ", expected a published student");
            }
        }
        PublishedReport report;
        try {
            report = PublishedReport.read(files.get(REPORT));
        } catch (IOException e) {
            throw new TrainerException(ExitCode.INVALID_DATA, where + "/" + REPORT + ": cannot be read (" + e + ")", e);
        }
        if (report.runId() == null
                || report.modelName() == null
                || !report.modelName().matches(Publish.MODEL_NAME)) {
            throw new TrainerException(
                    ExitCode.INVALID_DATA,
                    where + "/" + REPORT + ": got run " + report.runId() + " of model " + report.modelName()
                            + ", expected both, the name in lower-case letters, digits, -, _ and .");
        }
        return new ModelVersion(report.runId(), report.modelName(), version, beside(files), files, Map.of());
    }

    private static Map<String, byte[]> beside(Map<String, byte[]> files) {
        Map<String, byte[]> modelFiles = new LinkedHashMap<>();
        modelFiles.put(CONFIG, files.get(CONFIG));
        modelFiles.put(LABELS, files.get(LABELS));
        return modelFiles;
    }

    /** @return all content by path: what lies beside the versions below {@value #BESIDE}, a version's own below {@value #INSIDE} */
    Map<String, byte[]> tree() {
        Map<String, byte[]> tree = new LinkedHashMap<>();
        modelFiles.forEach((name, content) -> tree.put(BESIDE + name, content));
        files.forEach((name, content) -> tree.put(INSIDE + name, content));
        return tree;
    }

    /** @return of {@code model.onnx}, lower-case hex */
    public String sha256() {
        return Sha256.of(files.get(ONNX));
    }

    /** @return what all versions of a model have in common, in words: its tensors, and the digest of its classes */
    public Map<String, String> identity() {
        Map<String, String> identity = new TreeMap<>();
        identity.put("tensors", String.join("; ", tensors(modelFiles.get(CONFIG))));
        identity.put("labels", "sha256:" + Sha256.of(modelFiles.get(LABELS)));
        return identity;
    }

    public Result result() {
        return report().result();
    }

    /** @return what a user should know though it worked */
    public List<String> warnings() {
        return report().warnings();
    }

    public List<CurvePoint> learningCurve(Stage stage) {
        return report().learningCurve().stream()
                .filter(point -> point.stage() == stage)
                .toList();
    }

    /** @return the run that a version's report is of; empty if the report is none of ours */
    public static Optional<String> runOf(byte[] report) {
        try {
            return Optional.ofNullable(PublishedReport.read(report).runId());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Compares with the model that has this name at a place already.
     *
     * @param where its URI, for messages
     * @param config the {@code config.pbtxt} there, null if there is none; {@code labels} likewise
     * @throws TrainerException PUBLISH_FAILED if its tensors or classes are others
     */
    public void checkSameModel(String where, byte[] config, byte[] labels) {
        if (config != null) {
            List<String> there = tensors(config);
            List<String> ours = tensors(modelFiles.get(CONFIG));
            if (!there.equals(ours)) {
                throw otherModel(where, CONFIG + " there has " + there + ", this model " + ours);
            }
        }
        if (labels != null) {
            List<String> there = text(labels).lines().toList();
            List<String> ours = text(modelFiles.get(LABELS)).lines().toList();
            if (!there.equals(ours)) {
                throw otherModel(where, LABELS + " there has " + there + ", this model " + ours);
            }
        }
    }

    /**
     * @param highest number at a place, 0 if there is none
     * @param where the place's URI, for messages
     * @return the recipe's version; without one, the next number
     * @throws TrainerException PUBLISH_FAILED if there is no next one
     */
    public int number(int highest, String where) {
        if (version != null) {
            return version;
        }
        if (highest == Publish.MAX_VERSION) {
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    "spec.publish.version: got none, but " + where + " has version " + highest
                            + ", the greatest that there may be; expected a free number below it, or"
                            + " spec.publish.modelName with a name of its own");
        }
        return highest + 1;
    }

    /**
     * @param name of a file that servers read from the model's folder
     * @param shared its content there
     * @param own its content in the version's folder
     * @param files names in the version's folder
     * @return whether they are the same, or differ in that INT8 was chosen, which lies there
     */
    public static boolean isAsPublished(String name, byte[] shared, byte[] own, Set<String> files) {
        return Arrays.equals(shared, own)
                || name.equals(CONFIG)
                        && files.contains(Bundle.INT8_MODEL)
                        && text(shared).equals(TritonConfig.withInt8(text(own)));
    }

    /** What to throw when the recipe's version is there and of another run. */
    public static TrainerException taken(String uri, int version) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                "spec.publish.version: got " + version + ", but " + uri
                        + " exists and is of another run; expected a free number: raise it, or leave it out to take"
                        + " the next");
    }

    /** What to throw when a version that was just published is not there any more. */
    public static TrainerException gone(String uri) {
        return new TrainerException(
                ExitCode.DESTINATION_UNAVAILABLE,
                uri
                        + ": is gone, expected the version that this run published; look for somebody else who deletes there");
    }

    private static TrainerException otherModel(String where, String difference) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                where + ": holds another model (" + difference + "); expected one with the same input, outputs and"
                        + " classes; set spec.publish.modelName to a name of its own, or use another place");
    }

    private PublishedReport report() {
        try {
            return PublishedReport.read(files.get(REPORT));
        } catch (IOException e) {
            throw new UncheckedIOException("the report is what this trainer wrote", e);
        }
    }

    private static List<String> tensors(byte[] config) {
        return TritonConfig.tensors(text(config));
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }
}
