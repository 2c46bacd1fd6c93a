package dev.distillery.trainer.publish.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.recipe.Publish;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStore;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.domain.Blob;
import org.jclouds.blobstore.domain.MultipartPart;
import org.jclouds.blobstore.domain.MultipartUpload;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.jclouds.blobstore.options.PutOptions;
import org.jclouds.blobstore.util.ForwardingBlobStore;

/** A real S3 server on loopback that keeps its objects in memory and checks signatures. */
final class S3Store {
    static final String BUCKET = "models";
    /** Of the model's keys. */
    static final String ROOT = "vision/fashion/";

    static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "the-id", "AWS_SECRET_ACCESS_KEY", "the-secret");
    static final Patience NONE = new Patience(1, Duration.ofMillis(1));

    private static final Pattern UPLOAD = Pattern.compile("(\\.mpus-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final BlobStoreContext context =
            ContextBuilder.newBuilder("transient").build(BlobStoreContext.class);
    private final S3Proxy server;
    private volatile Consumer<Set<String>> observer = names -> {};

    S3Store() throws Exception {
        this(Integer.MAX_VALUE);
    }

    /** @param most bytes of a request */
    S3Store(long most) throws Exception {
        blobs().createContainerInLocation(null, BUCKET);
        server = S3Proxy.builder()
                .blobStore(new Observed(blobs()))
                .endpoint(URI.create("http://127.0.0.1:0"))
                // It knows no x-amz-checksum-sha256; what it stored is read back all the same.
                .ignoreUnknownHeaders(true)
                .maxSinglePartObjectSize(most)
                .awsAuthentication(
                        AuthenticationType.AWS_V2_OR_V4,
                        KEYS.get("AWS_ACCESS_KEY_ID"),
                        KEYS.get("AWS_SECRET_ACCESS_KEY"))
                .build();
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    BlobStore blobs() {
        return context.getBlobStore();
    }

    /** Calls back after each write with the keys that clients see then, before the writer has its answer. */
    void afterEachWrite(Consumer<Set<String>> observer) {
        this.observer = observer;
    }

    private final class Observed extends ForwardingBlobStore {
        Observed(BlobStore store) {
            super(store);
        }

        @Override
        public String putBlob(String container, Blob blob) {
            return seen(super.putBlob(container, blob));
        }

        @Override
        public String putBlob(String container, Blob blob, PutOptions options) {
            return seen(super.putBlob(container, blob, options));
        }

        @Override
        public String completeMultipartUpload(MultipartUpload upload, List<MultipartPart> parts) {
            return seen(super.completeMultipartUpload(upload, parts));
        }

        private String seen(String eTag) {
            observer.accept(names());
            return eTag;
        }
    }

    /** @return content by key, as clients see it */
    Map<String, byte[]> objects() throws Exception {
        Map<String, byte[]> objects = new TreeMap<>();
        for (String name : names()) {
            try (var in = blobs().getBlob(BUCKET, name).getPayload().openStream()) {
                objects.put(name, in.readAllBytes());
            }
        }
        return objects;
    }

    /** @return keys, as clients see them: the server keeps uploads that are not completed beside the objects */
    Set<String> names() {
        return blobs().list(BUCKET, ListContainerOptions.Builder.recursive()).stream()
                .map(StorageMetadata::getName)
                .filter(name -> !UPLOAD.matcher(name).lookingAt())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** @return uploads that are not completed */
    List<MultipartUpload> uploads() {
        return blobs().listMultipartUploads(BUCKET);
    }

    void put(String key, String content) {
        blobs().putBlob(BUCKET, blobs().blobBuilder(key).payload(content).build());
    }

    String text(String key) throws Exception {
        return new String(objects().get(key), StandardCharsets.UTF_8);
    }

    int latest() throws Exception {
        return new ObjectMapper()
                .readTree(text(ROOT + "latest.json"))
                .path("version")
                .asInt();
    }

    Artifact publish(ModelVersion model) {
        return publish(model(endpoint(), KEYS, NONE), model);
    }

    static Artifact publish(S3Model place, ModelVersion model) {
        try (ModelRepository repository = new ModelRepository(List.of(place))) {
            return repository.publish(model).artifacts().get(0);
        }
    }

    /** @param parts of the message */
    void refuses(ModelVersion model, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(model));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll(parts);
    }

    /** @param names as clients see them */
    static void assertNoHalfVersion(Set<String> names) {
        if (names.stream().anyMatch(name -> name.startsWith(ROOT + "1/"))) {
            assertThat(names).contains(ROOT + "1/model.onnx", ROOT + "config.pbtxt", ROOT + "labels.txt");
        }
    }

    static S3Model model(URI endpoint, Map<String, String> keys, Patience patience) {
        return model("s3://" + BUCKET + "/vision", endpoint, keys, patience);
    }

    static S3Model model(String uri, URI endpoint, Map<String, String> keys, Patience patience) {
        Publish.Destination destination =
                new Publish.Destination(uri, new Publish.SecretRef("bucket"), endpoint.toString(), null, false, null);
        Map<String, String> env = new TreeMap<>();
        keys.forEach((key, value) -> env.put(TrainerEnvironment.destinationPrefix(0) + key, value));
        return S3Model.of(destination, "fashion", Credentials.of(0, destination, env), patience);
    }

    static S3Bucket bucket(URI endpoint) {
        Publish.Destination destination = new Publish.Destination(
                "s3://" + BUCKET, new Publish.SecretRef("bucket"), endpoint.toString(), null, false, null);
        Map<String, String> env = new TreeMap<>();
        KEYS.forEach((key, value) -> env.put(TrainerEnvironment.destinationPrefix(0) + key, value));
        return S3Bucket.open(destination, Credentials.of(0, destination, env), NONE);
    }

    void stop() throws Exception {
        server.stop();
        context.close();
    }
}
