package dev.distillery.trainer.publish.s3;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.distillery.inference.VersionNumber;
import dev.distillery.recipe.Publish;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Checksums;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A model and its numbered versions in a bucket; the package says how they lie there. */
public final class S3Model implements Destination {
    static final String LATEST = "latest.json";

    /** Outside of the numbered folders, and no number itself: servers pass it over. */
    static final String CLAIMS = ".claims/";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final S3Bucket bucket;
    private final String prefix;

    /** @param prefix of the model's objects, ends in a slash */
    S3Model(S3Bucket bucket, String prefix) {
        this.bucket = bucket;
        this.prefix = prefix;
    }

    public static S3Model of(
            Publish.Destination destination, String modelName, Credentials credentials, Patience patience) {
        URI uri = URI.create(destination.uri());
        String folder = uri.getPath().replaceAll("^/+|/+$", "");
        return new S3Model(
                S3Bucket.open(destination, credentials, patience),
                (folder.isEmpty() ? "" : folder + "/") + modelName + "/");
    }

    /**
     * The newest whole version.
     *
     * @param checksums SHA-256 of the version's {@value Checksums#FILE}, lower-case hex; null where an older trainer wrote it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Latest(int version, String checksums) {
        /** @throws IOException if this is no {@value S3Model#LATEST} */
        static Latest read(byte[] json) throws IOException {
            Latest latest = JSON.readValue(json, Latest.class);
            if (latest == null || latest.version() < 1) {
                throw new IOException("it names no version");
            }
            return latest;
        }
    }

    @Override
    public void reach() {
        bucket.folders(prefix);
    }

    @Override
    public Optional<Artifact> publishedBy(String runId) throws IOException {
        Optional<Integer> number = claimedBy(runId);
        if (number.isEmpty()) {
            return Optional.empty();
        }
        int version = number.get();
        Optional<byte[]> sums = bucket.get(key(version, Checksums.FILE));
        if (sums.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> sha256 = Checksums.check(uri(version), sums.get(), name -> bucket.get(key(version, name)));
        return Optional.of(new Artifact(uri(version), version, sha256.get(ModelVersion.ONNX), null));
    }

    @Override
    public void check(ModelVersion model) {
        model.checkSameModel(
                bucket.uri(prefix),
                bucket.get(prefix + ModelVersion.CONFIG).orElse(null),
                bucket.get(prefix + ModelVersion.LABELS).orElse(null));
        Integer version = model.version();
        if (version != null
                && numbers().contains(version)
                && !claimedBy(model.runId()).equals(Optional.of(version))) {
            throw taken(version);
        }
        bucket.get(prefix + LATEST).ifPresent(this::latest);
    }

    private Latest latest(byte[] json) {
        try {
            return Latest.read(json);
        } catch (IOException e) {
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    String.format(
                            "%s: got %.100s, expected {\"version\": <number>, ...} as a trainer writes it; delete it if"
                                    + " nobody else needs it, or set spec.publish.modelName to a name of its own",
                            bucket.uri(prefix + LATEST), new String(json, StandardCharsets.UTF_8)),
                    e);
        }
    }

    @Override
    public Staged stage(ModelVersion model) {
        int number = claim(model);
        String onnx = key(number, ModelVersion.ONNX);
        byte[] network = model.files().get(ModelVersion.ONNX);
        return new StagedVersion(model, number, bucket.holds(onnx, network) ? null : bucket.upload(onnx, network));
    }

    /** A claimed number, and the parts of its network, which nobody sees. */
    private final class StagedVersion implements Staged {
        private final ModelVersion model;
        private final int number;
        private final S3Bucket.Upload network;

        /** @param network null if it is there already */
        StagedVersion(ModelVersion model, int number, S3Bucket.Upload network) {
            this.model = model;
            this.number = number;
            this.network = network;
        }

        /** The network makes the folder, for a bucket has no renames; {@value Checksums#FILE} declares the version. */
        @Override
        public Artifact commit() {
            // They are the latest version's.
            if (folders().tailSet(number + 1).isEmpty()) {
                model.modelFiles().forEach((name, content) -> bring(prefix + name, content));
            }
            if (network != null) {
                network.complete();
            }
            readBack(key(number, ModelVersion.ONNX), model.files().get(ModelVersion.ONNX));
            model.files().forEach((name, content) -> {
                if (!name.equals(ModelVersion.ONNX) && !name.equals(Checksums.FILE)) {
                    bring(key(number, name), content);
                }
            });
            bring(key(number, Checksums.FILE), model.files().get(Checksums.FILE));
            return new Artifact(uri(number), number, model.sha256(), null);
        }

        @Override
        public void close() {
            if (network != null) {
                network.close();
            }
        }
    }

    /** @return the number that is this run's: its claim lies there, and no other run can put one there */
    private int claim(ModelVersion model) {
        Optional<Integer> earlier = claimedBy(model.runId());
        if (earlier.isPresent()) {
            return earlier.get();
        }
        byte[] claim = model.runId().getBytes(StandardCharsets.UTF_8);
        while (true) {
            SortedSet<Integer> there = numbers();
            int number = model.number(there.isEmpty() ? 0 : there.last(), toString());
            if (!there.contains(number)) {
                bucket.putIfStill(null, claimKey(number), claim);
            }
            if (isClaimedBy(model.runId(), number)) {
                return number;
            }
            if (model.version() != null) {
                throw taken(number);
            }
        }
    }

    private Optional<Integer> claimedBy(String runId) {
        return numbers().stream().filter(number -> isClaimedBy(runId, number)).findFirst();
    }

    /** Earlier trainers put no claim but the report, first of all files. */
    private boolean isClaimedBy(String runId, int number) {
        Optional<String> claim =
                bucket.get(claimKey(number)).map(content -> new String(content, StandardCharsets.UTF_8));
        Optional<String> report = bucket.get(key(number, ModelVersion.REPORT)).flatMap(ModelVersion::runOf);
        return Stream.concat(claim.stream(), report.stream())
                .collect(Collectors.toSet())
                .equals(Set.of(runId));
    }

    private TrainerException taken(int number) {
        String there = folders().contains(number) ? uri(number) : bucket.uri(claimKey(number));
        return ModelVersion.taken(there, number);
    }

    /** Writes an object unless it is there already, and reads it back. */
    private void bring(String key, byte[] content) {
        if (!bucket.holds(key, content)) {
            bucket.put(key, content);
            readBack(key, content);
        }
    }

    private void readBack(String key, byte[] content) {
        if (!bucket.holds(key, content)) {
            throw new TrainerException(
                    ExitCode.DESTINATION_UNAVAILABLE,
                    bucket.uri(key) + ": what was read back is not what was written; look for somebody else who"
                            + " writes there");
        }
    }

    /** Forward only: a run that took long must not hide a newer version. */
    @Override
    public Optional<String> moveLatest(Artifact version) throws IOException {
        byte[] sums =
                bucket.get(key(version.version(), Checksums.FILE)).orElseThrow(() -> ModelVersion.gone(version.uri()));
        byte[] latest = json(new Latest(version.version(), Sha256.of(sums)));
        Optional<S3Bucket.Stored> now = bucket.find(prefix + LATEST);
        while (now.isEmpty() || latest(now.get().content()).version() < version.version()) {
            bucket.putIfStill(now.orElse(null), prefix + LATEST, latest);
            now = bucket.find(prefix + LATEST);
        }
        return Optional.empty();
    }

    /** @return all that are taken, by a version or by a claim */
    private SortedSet<Integer> numbers() {
        SortedSet<Integer> numbers = numbersOf(bucket.below(prefix + CLAIMS));
        numbers.addAll(folders());
        return numbers;
    }

    private SortedSet<Integer> folders() {
        return numbersOf(bucket.folders(prefix));
    }

    private static SortedSet<Integer> numbersOf(List<String> names) {
        return names.stream()
                .flatMap(name -> VersionNumber.of(name).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String claimKey(int version) {
        return prefix + CLAIMS + version;
    }

    private String key(int version, String name) {
        return prefix + version + "/" + name;
    }

    private String uri(int version) {
        return bucket.uri(prefix + version);
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of strings and numbers can be written", e);
        }
    }

    @Override
    public void close() {
        bucket.close();
    }

    @Override
    public String toString() {
        return bucket.uri(prefix);
    }
}
