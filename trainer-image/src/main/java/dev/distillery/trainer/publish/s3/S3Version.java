package dev.distillery.trainer.publish.s3;

import dev.distillery.inference.VersionNumber;
import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Checksums;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.VersionContent;
import dev.distillery.trainer.signing.VerificationKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** A version in a bucket, read with the credentials of the environment. */
public final class S3Version implements VersionContent {
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
     * @param uri {@code s3://bucket/prefix/model}, of which the latest whole version is taken, or with a version behind it
     * @throws TrainerException INVALID_DATA if nothing is published there; else as {@link S3Model}
     * @throws IOException if {@code latest.json} is none
     */
    public static S3Version at(String uri) throws IOException {
        Publish.Destination place = new Publish.Destination(uri, null, null, null, false, null);
        S3Bucket bucket = S3Bucket.open(place, Credentials.of(0, place, System.getenv()), Patience.USUAL);
        return in(bucket, uri.replaceFirst("s3://[^/]*", "").replaceAll("^/+|/+$", ""));
    }

    /** @throws IOException if {@code latest.json} is none */
    static S3Version in(S3Bucket bucket, String path) throws IOException {
        int slash = path.lastIndexOf('/') + 1;
        String last = path.substring(slash);
        if (VersionNumber.of(last).isPresent()) {
            return new S3Version(bucket, path.substring(0, slash), last);
        }
        String model = path + "/";
        return latest(bucket, model)
                .map(latest -> new S3Version(bucket, model, Integer.toString(latest.version())))
                .orElseThrow(() -> new TrainerException(
                        ExitCode.INVALID_DATA,
                        bucket.uri(path) + ": got no " + S3Model.LATEST
                                + ", expected a published version, or a model that has one"));
    }

    /** Not the highest number: that may be of a run that has not declared it yet. */
    private static Optional<S3Model.Latest> latest(S3Bucket bucket, String model) throws IOException {
        Optional<byte[]> latest = bucket.get(model + S3Model.LATEST);
        return latest.isEmpty() ? Optional.empty() : Optional.of(S3Model.Latest.read(latest.get()));
    }

    @Override
    public Integer number() {
        return Integer.valueOf(number);
    }

    @Override
    public SortedSet<String> names() {
        return new TreeSet<>(bucket.below(prefix()));
    }

    @Override
    public InputStream open(String name) throws NoSuchFileException {
        return new ByteArrayInputStream(
                bucket.get(prefix() + name).orElseThrow(() -> new NoSuchFileException(bucket.uri(prefix() + name))));
    }

    /** Servers read these from the model's folder; they are the latest version's. */
    @Override
    public List<String> faultsAround(VerificationKey key) throws IOException {
        Optional<S3Model.Latest> latest = latest(bucket, model);
        if (latest.isEmpty() || !number.equals(Integer.toString(latest.get().version()))) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        byte[] sums = bucket.get(prefix() + Checksums.FILE).orElse(new byte[0]);
        if (!Sha256.of(sums).equals(latest.get().checksums())) {
            faults.add("../" + S3Model.LATEST + ": has another SHA-256 of " + Checksums.FILE + " than this version");
        }
        for (String name : List.of(ModelVersion.CONFIG, ModelVersion.LABELS)) {
            Optional<byte[]> own = bucket.get(prefix() + name);
            Optional<byte[]> shared = bucket.get(model + name);
            // That the version lacks its own is a fault already.
            if (own.isPresent()
                    && !(shared.isPresent() && ModelVersion.isAsPublished(name, shared.get(), own.get(), names()))) {
                faults.add("../" + name + ": differs from the one of this version, the latest");
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
