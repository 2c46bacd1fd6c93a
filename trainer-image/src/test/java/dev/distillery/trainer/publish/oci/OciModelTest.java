package dev.distillery.trainer.publish.oci;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.otherModel;
import static dev.distillery.trainer.publish.PublishedFixture.places;
import static dev.distillery.trainer.publish.PublishedFixture.signed;
import static dev.distillery.trainer.publish.PublishedFixture.small;
import static dev.distillery.trainer.publish.PublishedFixture.withOnnx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.FaultyProxy;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.Publication;
import dev.distillery.trainer.publish.PublishException;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.signing.SigningKey;
import dev.distillery.trainer.verify.Verification;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import land.oras.ContainerRef;
import land.oras.Layer;
import land.oras.Manifest;
import land.oras.Registry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a real registry; skipped where docker-registry is not installed. Each test has a namespace of its own. */
class OciModelTest {
    private static final Patience PATIENT = new Patience(4, Duration.ofMillis(1));
    private static final Patience NONE = DockerRegistry.NONE;
    private static final Map<String, String> LOGIN = DockerRegistry.LOGIN;

    @TempDir
    static Path folder;

    private static DockerRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        DockerRegistry.assumeInstalled();
        registry = new DockerRegistry(folder);
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    @Test
    void aVersionIsAnImageWithTheRepositoryBelowModels() throws IOException {
        ModelVersion model = model("run-1", null);
        Artifact artifact = publish("layout", model);
        assertThat(artifact.uri()).isEqualTo("oci://" + registry.address() + "/layout/fashion:1");
        Manifest manifest = manifest("layout", "1");
        assertThat(artifact.digest()).isEqualTo(manifest.getDescriptor().getDigest());
        assertThat(manifest("layout", "latest").getDescriptor().getDigest()).isEqualTo(artifact.digest());
        assertThat(manifest.getAnnotations())
                .containsEntry("dev.distillery.run", "run-1")
                .containsEntry("dev.distillery.onnx.sha256", model.sha256())
                .containsEntry("dev.distillery.top1", "0.9")
                .containsEntry("org.opencontainers.image.version", "1");
        Map<String, byte[]> files = files("layout", manifest);
        assertThat(files)
                .containsEntry("models/fashion/1/model.onnx", model.files().get("model.onnx"));
        assertThat(files).hasSize(model.files().size() + model.modelFiles().size());
        assertThat(files).containsKeys("models/fashion/config.pbtxt", "models/fashion/labels.txt");
    }

    @Test
    void oneRunPublishesOnceAndLatestMovesForwardOnly() {
        Artifact first = publish("once", model("run-1", 5));
        assertThat(publish("once", model("run-2", null)).version()).isEqualTo(6);
        assertThat(publish("once", model("run-1", 5))).isEqualTo(first);
        assertThat(publish("once", model("run-3", 2)).version()).isEqualTo(2);
        assertThat(manifest("once", "latest").getAnnotations()).containsEntry("org.opencontainers.image.version", "6");
    }

    @Test
    void afterTheGreatestNumberThereIsNoNext() {
        publish("greatest", model("run-1", 999_999_999));
        refused(
                "greatest",
                LOGIN,
                model("run-2", null),
                "spec.publish.version: got none",
                "999999999",
                "spec.publish.modelName");
        assertThat(publish("greatest", model("run-3", 7)).version()).isEqualTo(7);
    }

    @Test
    void aVersionOfAnotherRunIsNeverOverwritten() {
        String before = publish("taken", model("run-1", 3)).digest();
        refused("taken", LOGIN, model("run-2", 3), "spec.publish.version: got 3", "another run");
        assertThat(manifest("taken", "3").getDescriptor().getDigest()).isEqualTo(before);
    }

    @Test
    void anotherModelOfThatNameIsRefused() {
        publish("other", model("run-1", null));
        refused("other", LOGIN, otherModel("run-2"), "holds another model (labels", "spec.publish.modelName");
        assertThat(tags("other")).containsExactlyInAnyOrder("1", "latest");
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR"})
    void cutOffAnywhereAndRunAgainThereIsOneWholeVersion(FaultyProxy.Fault fault) throws IOException {
        URI target = URI.create("http://" + registry.address());
        ModelVersion model = small("run-1");
        SigningKey key = SigningFixture.key(folder);
        String name = "cut-" + fault.name().toLowerCase(Locale.ROOT);
        long total;
        try (FaultyProxy proxy = new FaultyProxy(target, fault, Long.MAX_VALUE)) {
            publish(proxy.address(), name, LOGIN, NONE, model, key);
            total = proxy.passed();
        }
        String digest = publish(name, model).digest();
        assertThat(tags(name)).containsExactlyInAnyOrder("1", "latest", ImageSignature.tag(digest));
        List<Long> places = places(total, 12);
        for (int i = 0; i < places.size(); i++) {
            String here = name + i;
            try (FaultyProxy proxy = new FaultyProxy(target, fault, places.get(i))) {
                // Where the last bytes are cut off, it may have been done.
                TrainerException e = catchThrowableOfType(
                        TrainerException.class, () -> publish(proxy.address(), here, LOGIN, NONE, model, key));
                assertThat(e == null ? ExitCode.DESTINATION_UNAVAILABLE : e.exitCode())
                        .as("after %d bytes: %s", places.get(i), e)
                        .isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            }
            assertThat(publish(registry.address(), here, LOGIN, NONE, model, key)
                            .digest())
                    .as("after %d bytes", places.get(i))
                    .isEqualTo(digest);
            assertThat(tags(here)).hasSize(3).contains("1", "latest");
            assertThat(files(here, manifest(here, "latest")))
                    .hasSize(model.files().size() + model.modelFiles().size());
        }
    }

    @Test
    void aTagThatIsThereIsNotWrittenAgain() throws IOException {
        publish("again", model("run-1", null));
        byte[] manifest =
                registry.repository("again").manifest("1").orElseThrow().manifest();
        URI target = URI.create("http://" + registry.address());
        try (FaultyProxy proxy = new FaultyProxy(target, 412, "PUT /v2/again/fashion/manifests/1")) {
            DockerRegistry.repository(proxy.address(), "again", LOGIN, NONE).tag("1", manifest);
            assertThat(proxy.faults()).isZero();
        }
    }

    @Test
    void anyAnswerMayBeLost() throws IOException {
        URI target = URI.create("http://" + registry.address());
        ModelVersion model = small("run-1");
        SigningKey key = SigningFixture.key(folder);
        int lost = 0;
        for (int faults = 1; faults == 1; lost += faults) {
            String here = "lost" + lost;
            try (FaultyProxy proxy = new FaultyProxy(target, FaultyProxy.Fault.LOST_ANSWER, lost)) {
                String digest = publish(proxy.address(), here, LOGIN, PATIENT, model, key)
                        .digest();
                assertThat(tags(here))
                        .as("answer %d", lost)
                        .containsExactlyInAnyOrder("1", "latest", ImageSignature.tag(digest));
                faults = proxy.faults();
            }
        }
        assertThat(lost).isGreaterThan(10);
    }

    @Test
    void aVersionIsThereThoughLatestCannotBeMoved() throws IOException {
        publish("behind", model("run-1", null));
        ModelVersion model = model("run-2", null);
        URI target = URI.create("http://" + registry.address());
        String digest;
        try (FaultyProxy proxy = new FaultyProxy(target, 500, "PUT /v2/behind/fashion/manifests/latest")) {
            PublishException e = catchThrowableOfType(
                    PublishException.class, () -> publish(proxy.address(), "behind", LOGIN, PATIENT, model));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("latest cannot be written", "already visible", "/behind/fashion:2");
            digest = e.done().get(0).digest();
        }
        assertThat(manifest("behind", "latest").getAnnotations())
                .containsEntry("org.opencontainers.image.version", "1");
        assertThat(publish("behind", model).digest()).isEqualTo(digest);
        assertThat(manifest("behind", "latest").getDescriptor().getDigest()).isEqualTo(digest);
    }

    /** Whose {@code latest} stays where it is, then, and the user is told. */
    @Test
    void aRegistryWhoseTagsDoNotMoveTakesVersions() throws IOException {
        publish("immutable", model("run-1", null));
        ModelVersion model = model("run-2", null);
        URI target = URI.create("http://" + registry.address());
        try (FaultyProxy proxy = new FaultyProxy(target, 412, "PUT /v2/immutable/fashion/manifests/latest");
                ModelRepository repository = new ModelRepository(List.of(new OciModel(
                        DockerRegistry.repository(proxy.address(), "immutable", LOGIN, NONE), false, null)))) {
            Publication published = repository.publish(model);
            assertThat(published.artifacts())
                    .singleElement()
                    .extracting(Artifact::version)
                    .isEqualTo(2);
            assertThat(published.warnings())
                    .singleElement()
                    .asString()
                    .contains(
                            "latest cannot be written", "412", "/immutable/fashion:2 is published", "serve by number");
            // Another attempt says it again.
            assertThat(repository.publish(model)).isEqualTo(published);
            assertThat(proxy.faults()).isEqualTo(2);
        }
        assertThat(manifest("immutable", "latest").getAnnotations())
                .containsEntry("org.opencontainers.image.version", "1");
    }

    @Test
    void whoMayNotWriteLatestAtAllIsTold() throws IOException {
        URI target = URI.create("http://" + registry.address());
        try (FaultyProxy proxy = new FaultyProxy(target, 403, "PUT /v2/nolatest/fashion/manifests/latest")) {
            PublishException e = catchThrowableOfType(
                    PublishException.class,
                    () -> publish(proxy.address(), "nolatest", LOGIN, NONE, model("run-1", null)));
            assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e).hasMessageContainingAll("latest cannot be written", "403", "already visible", "fashion:1");
        }
    }

    @Test
    void aRegistryThatComesBackIsAskedAgain() throws IOException {
        URI target = URI.create("http://" + registry.address());
        try (FaultyProxy proxy = new FaultyProxy(target, FaultyProxy.Fault.UNAVAILABLE, 3)) {
            assertThat(publish(proxy.address(), "back", LOGIN, PATIENT, small("run-1"))
                            .version())
                    .isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(tags("back")).containsExactlyInAnyOrder("1", "latest");
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws IOException {
        URI target = URI.create("http://" + registry.address());
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(target, FaultyProxy.Fault.CUT_ONCE, 50_000)) {
            assertThat(publish(proxy.address(), "cutonce", LOGIN, PATIENT, model)
                            .version())
                    .isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(publish("cutonce", model).sha256()).isEqualTo(model.sha256());
    }

    @Test
    void aRegistryThatDoesNotRecoverIsAskedAgainAndThenLeftToTheNextAttempt() throws IOException {
        URI target = URI.create("http://" + registry.address());
        try (FaultyProxy proxy = new FaultyProxy(target, FaultyProxy.Fault.ERROR, 2000)) {
            TrainerException e = catchThrowableOfType(
                    TrainerException.class, () -> publish(proxy.address(), "sick", LOGIN, PATIENT, small("run-1")));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("nothing is visible", "oci://" + proxy.address());
        }
        assertThat(tags("sick")).isEmpty();
    }

    @Test
    void anImageThatIsTooLargeForTheRegistryIsRefusedAtOnce() throws IOException {
        URI target = URI.create("http://" + registry.address());
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(target, FaultyProxy.Fault.TOO_LARGE, 50_000)) {
            TrainerException e = catchThrowableOfType(
                    TrainerException.class, () -> publish(proxy.address(), "large", LOGIN, PATIENT, model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e).hasMessageContainingAll("413", "limits the size of uploads", "nothing is visible");
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(tags("large")).isEmpty();
        assertThat(publish("large", model).version()).isEqualTo(1);
    }

    @Test
    void theSignatureLiesThereBeforeTheVersionIsDeclared() throws IOException {
        OciModel place = new OciModel(registry.repository("staged"), false, SigningFixture.key(folder));
        try (Destination.Staged staged = place.stage(model("run-1", null))) {
            assertThat(tags("staged")).singleElement().asString().endsWith(".sig");
            Artifact version = staged.commit();
            String signature = ImageSignature.tag(version.digest());
            assertThat(tags("staged")).containsExactlyInAnyOrder("1", signature);
            place.moveLatest(version);
            assertThat(tags("staged")).containsExactlyInAnyOrder("1", "latest", signature);
        }
    }

    /** As cosign verify looks for it: a tag named after the image's digest, the signature at the payload's layer. */
    @Test
    void theImageIsSignedBeforeItHasItsTag() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        String digest = publish(registry.address(), "signed", LOGIN, NONE, model("run-1", null), key)
                .digest();
        assertThat(publish("signed", model("run-2", null)).version()).isEqualTo(2);
        String tag = digest.replace(':', '-') + ".sig";
        assertThat(tags("signed")).containsExactlyInAnyOrder("1", "2", "latest", tag);
        Layer layer = manifest("signed", tag).getLayers().get(0);
        assertThat(layer.getMediaType()).isEqualTo("application/vnd.dev.cosign.simplesigning.v1+json");
        byte[] payload =
                client().fetchBlob(ref("signed").withDigest(layer.getDigest())).readAllBytes();
        assertThat(new String(payload, StandardCharsets.UTF_8))
                .contains("\"docker-manifest-digest\":\"" + digest + "\"")
                .contains("\"docker-reference\":\"" + registry.address() + "/signed/fashion\"");
        assertThat(SigningFixture.publicKey()
                        .verifies(payload, layer.getAnnotations().get("dev.cosignproject.cosign/signature")))
                .isTrue();
    }

    @Test
    void verifyReadsAnImageAndItsSignature() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        Artifact artifact = publish(registry.address(), "verified", LOGIN, NONE, signed("run-1", key), key);
        for (String reference : List.of("1", "latest", artifact.digest())) {
            Verification found = verify("verified", reference);
            assertThat(found.faults()).isEmpty();
            assertThat(found.files()).isEqualTo(11);
        }
        Artifact unsigned = publish("verified", signed("run-2", key));
        assertThat(verify("verified", "2").faults())
                .containsExactly("image " + unsigned.digest() + ": has no signature by the given key");
        OciRepository repository = registry.repository("verified");
        repository.tag(
                ImageSignature.tag(unsigned.digest()),
                repository
                        .manifest(ImageSignature.tag(artifact.digest()))
                        .orElseThrow()
                        .manifest());
        assertThat(verify("verified", "2").faults())
                .as("the signature is of another image")
                .containsExactly("image " + unsigned.digest() + ": has no signature by the given key");
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> verify("verified", "9"));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
    }

    @Test
    void anIndexIsNoVersion() throws IOException {
        publish("index", model("run-1", null));
        OciRepository.Tagged version =
                registry.repository("index").manifest("1").orElseThrow();
        String index =
                """
                {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                 "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "%s", "size": %d}]}"""
                        .formatted(version.digest(), version.manifest().length);
        // Not the client's pushIndex, which needs a later Jackson than ours.
        HttpURLConnection put =
                (HttpURLConnection) URI.create("http://" + registry.address() + "/v2/index/fashion/manifests/many")
                        .toURL()
                        .openConnection();
        put.setRequestMethod("PUT");
        put.setDoOutput(true);
        put.setRequestProperty("Content-Type", "application/vnd.oci.image.index.v1+json");
        put.setRequestProperty(
                "Authorization",
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(utf8(DockerRegistry.USER + ":" + DockerRegistry.PASSWORD)));
        put.getOutputStream().write(utf8(index));
        assertThat(put.getResponseCode()).isEqualTo(HttpURLConnection.HTTP_CREATED);
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> verify("index", "many"));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e).hasMessageContainingAll("index/fashion: many: got application/vnd.oci.image.index", "its digest");
    }

    /** On the registry's disk, where no digest guards it. */
    @Test
    void aBitFlippedInTheRegistryIsFound() throws IOException {
        SigningKey key = SigningFixture.key(folder);
        ModelVersion model = signed("run-1", key);
        publish(registry.address(), "flipped", LOGIN, NONE, model, key);
        Manifest manifest = manifest("flipped", "1");
        String layer = manifest.getLayers().get(0).getDigest();
        flipped(layer, model.files().get("labels.txt"), "layer " + layer + ": its content is not what was published");
        String config = manifest.getConfig().getDigest();
        flipped(config, utf8("amd64"), "configuration " + config + ": its content is not what was published");
        String whole = manifest.getDescriptor().getDigest();
        flipped(whole, utf8("0.9"), "manifest: got sha256:");
    }

    /** @param part of which a bit flips */
    private static void flipped(String digest, byte[] part, String fault) throws IOException {
        Path blob = registry.blob(digest.substring("sha256:".length()));
        byte[] whole = Files.readAllBytes(blob);
        byte[] flipped = whole.clone();
        flipped[indexOf(whole, part)] ^= 1;
        try {
            Files.write(blob, flipped);
            assertThat(verify("flipped", "1").faults()).anyMatch(each -> each.startsWith(fault));
        } finally {
            // Other tests have the same blobs.
            Files.write(blob, whole);
        }
        assertThat(verify("flipped", "1").faults()).isEmpty();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] content, byte[] part) {
        return new String(content, StandardCharsets.ISO_8859_1).indexOf(new String(part, StandardCharsets.ISO_8859_1));
    }

    private static Verification verify(String namespace, String reference) throws IOException {
        return Verification.of(OciVersion.in(registry.repository(namespace), reference), SigningFixture.publicKey());
    }

    @Test
    void wrongCredentialsAreRefusedAtOnceAndShowNothingOfThem() {
        Map<String, String> wrong = Map.of("username", DockerRegistry.USER, "password", "wrong-password");
        TrainerException e = refused("wrong", wrong, model("run-1", null), "401", "check the credentials");
        assertThat(e.getMessage()).doesNotContain("wrong-password");
    }

    @Test
    void aPullSecretIsAsGood() {
        String auth = Base64.getEncoder()
                .encodeToString((DockerRegistry.USER + ":" + DockerRegistry.PASSWORD).getBytes(StandardCharsets.UTF_8));
        Map<String, String> secret = Map.of(
                ".dockerconfigjson", "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(registry.address(), auth));
        assertThat(publish(registry.address(), "pull", secret, NONE, model("run-1", null))
                        .version())
                .isEqualTo(1);
        Map<String, String> elsewhere =
                Map.of(".dockerconfigjson", "{\"auths\": {\"registry.example\": {\"auth\": \"" + auth + "\"}}}");
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> publish(registry.address(), "pull", elsewhere, NONE, model("run-2", null)));
        assertThat(e).hasMessageContainingAll("destinations[0].secretRef", registry.address());
    }

    private static Artifact publish(String namespace, ModelVersion model) {
        return publish(registry.address(), namespace, LOGIN, NONE, model);
    }

    private static Artifact publish(
            String address, String namespace, Map<String, String> secret, Patience patience, ModelVersion model) {
        return publish(address, namespace, secret, patience, model, null);
    }

    private static Artifact publish(
            String address,
            String namespace,
            Map<String, String> secret,
            Patience patience,
            ModelVersion model,
            SigningKey key) {
        OciModel place = new OciModel(DockerRegistry.repository(address, namespace, secret, patience), false, key);
        return DockerRegistry.publish(place, model);
    }

    private static TrainerException refused(
            String namespace, Map<String, String> secret, ModelVersion model, String... parts) {
        TrainerException e = catchThrowableOfType(
                TrainerException.class, () -> publish(registry.address(), namespace, secret, NONE, model));
        assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll(parts);
        return e;
    }

    private static Registry client() {
        return Registry.builder()
                .defaults(registry.address(), DockerRegistry.USER, DockerRegistry.PASSWORD)
                .withInsecure(true)
                .build();
    }

    private static ContainerRef ref(String namespace) {
        return ContainerRef.parse(registry.address() + "/" + namespace + "/fashion");
    }

    private static Manifest manifest(String namespace, String tag) {
        return client().getManifest(ref(namespace).withTag(tag));
    }

    private static List<String> tags(String namespace) {
        return registry.repository(namespace).tags();
    }

    private static Map<String, byte[]> files(String namespace, Manifest manifest) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (Layer layer : manifest.getLayers()) {
            try (TarArchiveInputStream in =
                    new TarArchiveInputStream(client().fetchBlob(ref(namespace).withDigest(layer.getDigest())))) {
                for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                    if (!entry.isDirectory()) {
                        files.put(entry.getName(), in.readAllBytes());
                    }
                }
            }
        }
        return files;
    }
}
