package dev.distillery.trainer.publish.s3;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** A version in a bucket, read with the credentials of the environment. */
public final class S3Version implements VersionContent, AutoCloseable {
    private final S3Bucket bucket;
    private final String model;
    private final String number;

    /** @param model prefix of the model's objects, ends in a slash */
    private S3Version(S3Bucket bucket, String model, String number) {
        this.bucket = bucket;
        this.model = model;
        this.number = number;
    }

    /**
     * @param uri {@code s3://bucket/prefix/model}, of which the highest version is taken, or with a version behind it
     * @throws TrainerException INVALID_DATA if nothing is published there; else as {@link S3Model}
     */
    public static S3Version at(String uri) {
        Publish.Destination place = new Publish.Destination(uri, null, null, null, false);
        S3Bucket bucket = S3Bucket.open(place, Credentials.of(0, place, Map.of()), Patience.USUAL);
        return in(bucket, uri.replaceFirst("s3://[^/]*", "").replaceAll("^/+|/+$", ""));
    }

    static S3Version in(S3Bucket bucket, String path) {
        int slash = path.lastIndexOf('/') + 1;
        String last = path.substring(slash);
        if (S3Model.VERSION.matcher(last).matches()) {
            return new S3Version(bucket, path.substring(0, slash), last);
        }
        return latest(bucket, path + "/")
                .map(number -> new S3Version(bucket, path + "/", number))
                .orElseThrow(() -> new TrainerException(
                        ExitCode.INVALID_DATA,
                        bucket.uri(path) + ": got no versions, expected a published version or model"));
    }

    private static Optional<String> latest(S3Bucket bucket, String model) {
        return bucket.folders(model).stream()
                .filter(name -> S3Model.VERSION.matcher(name).matches())
                .max((a, b) -> Integer.valueOf(a).compareTo(Integer.valueOf(b)));
    }

    /** Without the bucket's own manifest, which is what the digests are checked by in a bucket only. */
    @Override
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>(bucket.below(prefix()));
        names.remove(S3Model.MANIFEST);
        return names;
    }

    @Override
    public InputStream open(String name) throws NoSuchFileException {
        return new ByteArrayInputStream(
                bucket.get(prefix() + name).orElseThrow(() -> new NoSuchFileException(bucket.uri(prefix() + name))));
    }

    /** Servers read these from the model's folder; they are the latest version's. */
    @Override
    public List<String> faultsAround(VerificationKey key) {
        List<String> faults = new ArrayList<>();
        if (bucket.get(prefix() + S3Model.MANIFEST).isEmpty()) {
            faults.add(S3Model.MANIFEST + ": there is none, the version was never declared");
        }
        if (latest(bucket, model).equals(Optional.of(number))) {
            for (String name : List.of(ModelVersion.CONFIG, ModelVersion.LABELS)) {
                Optional<byte[]> own = bucket.get(prefix() + name);
                Optional<byte[]> shared = bucket.get(model + name);
                // That the version lacks its own is a fault already.
                if (own.isPresent() && !(shared.isPresent() && Arrays.equals(own.get(), shared.get()))) {
                    faults.add("../" + name + ": differs from the one of this version, the latest");
                }
            }
        }
        return faults;
    }

    private String prefix() {
        return model + number + "/";
    }

    @Override
    public void close() {
        bucket.close();
    }

    @Override
    public String toString() {
        return bucket.uri(prefix());
    }
}
