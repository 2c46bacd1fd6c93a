package dev.distillery.trainer.publish.s3;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.otherModel;
import static dev.distillery.trainer.publish.PublishedFixture.places;
import static dev.distillery.trainer.publish.PublishedFixture.signed;
import static dev.distillery.trainer.publish.PublishedFixture.small;
import static dev.distillery.trainer.publish.PublishedFixture.withOnnx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.FaultyProxy;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.PublishException;
import dev.distillery.trainer.publish.Sha256;
import dev.distillery.trainer.signing.SigningFixture;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real S3 server. */
class S3ModelTest {
    private static final String ROOT = "vision/fashion/";

    @TempDir
    Path keys;

    private S3Store store;

    @BeforeEach
    void start() throws Exception {
        store = new S3Store();
    }

    @AfterEach
    void stop() throws Exception {
        store.stop();
    }

    @Test
    void aVersionLiesAsTritonWantsItDeclaredByItsChecksums() throws Exception {
        ModelVersion model = model("run-1", null);
        Artifact artifact = publish(model);
        assertThat(artifact).isEqualTo(new Artifact("s3://models/vision/fashion/1", 1, model.sha256(), null));
        Map<String, byte[]> objects = store.objects();
        assertThat(objects)
                .containsKeys(ROOT + "config.pbtxt", ROOT + "labels.txt", ROOT + "latest.json", ROOT + ".claims/1");
        assertThat(objects).hasSize(4 + model.files().size());
        model.files()
                .forEach((name, content) ->
                        assertThat(objects.get(ROOT + "1/" + name)).as(name).isEqualTo(content));
        JsonNode latest = new ObjectMapper().readTree(objects.get(ROOT + "latest.json"));
        assertThat(latest.path("version").asInt()).isEqualTo(1);
        assertThat(latest.path("checksums").asText()).isEqualTo(Sha256.of(objects.get(ROOT + "1/SHA256SUMS")));
    }

    /** A server polls the bucket when it likes, and loads what has a number as soon as it sees it. */
    @Test
    void noNumberedFolderIsEverSeenWithoutWhatAServerLoads() throws Exception {
        ModelVersion model = signed("run-1", SigningFixture.key(keys));
        List<Set<String>> looks = new CopyOnWriteArrayList<>();
        store.afterEachWrite(looks::add);
        publish(model);
        assertThat(looks).hasSizeGreaterThan(model.files().size());
        assertThat(looks).allSatisfy(S3ModelTest::holdsNoHalfVersion);
        assertThat(looks.get(looks.size() - 1)).contains(ROOT + "1/model.onnx", ROOT + "latest.json");
    }

    static void holdsNoHalfVersion(Set<String> names) {
        if (names.stream().anyMatch(name -> name.startsWith(ROOT + "1/"))) {
            assertThat(names).contains(ROOT + "1/model.onnx", ROOT + "config.pbtxt", ROOT + "labels.txt");
        }
    }

    @Test
    void whatIsStagedIsNoVersion() throws Exception {
        ModelVersion model = signed("run-1", SigningFixture.key(keys));
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        place.stage(model).close();
        assertThat(store.names()).containsExactly(ROOT + ".claims/1");
        assertThat(store.uploads()).isEmpty();
        try (Destination.Staged staged = place.stage(model)) {
            assertThat(store.names()).containsExactly(ROOT + ".claims/1");
            assertThat(store.uploads()).hasSize(1);
            Artifact version = staged.commit();
            assertThat(store.names())
                    .hasSize(3 + model.files().size())
                    .contains(ROOT + "1/model.onnx", ROOT + "1/SHA256SUMS")
                    .doesNotContain(ROOT + "latest.json");
            place.moveLatest(version);
        }
        assertThat(store.names()).hasSize(4 + model.files().size()).contains(ROOT + "latest.json");
        assertThat(store.uploads()).isEmpty();
    }

    /** Servers read what lies beside the versions when they see the network, and those who look for SHA256SUMS read all of it. */
    @Test
    void aVersionIsDeclaredStepByStep() throws Exception {
        ModelVersion model = small("run-1");
        Set<String> there = new TreeSet<>(List.of(ROOT + ".claims/1", ROOT + "config.pbtxt", ROOT + "labels.txt"));
        refusedAt("POST /models/vision/fashion/1/model.onnx?uploadId", model);
        assertThat(store.names()).isEqualTo(there);
        assertThat(store.uploads()).isEmpty();
        refusedAt("PUT /models/vision/fashion/1/SHA256SUMS", model);
        model.files().keySet().forEach(name -> there.add(ROOT + "1/" + name));
        there.remove(ROOT + "1/SHA256SUMS");
        assertThat(store.names()).isEqualTo(there);
        assertThat(publish(model).version()).isEqualTo(1);
        assertThat(store.names()).hasSize(4 + model.files().size());
    }

    @Test
    void aClaimIsTakenUpByItsRunAndItsNumberByNoOther() throws Exception {
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        place.stage(model("run-1", null)).close();
        assertThat(publish(model("run-2", null)).version()).isEqualTo(2);
        refused(model("run-3", 1), "spec.publish.version: got 1", ROOT + ".claims/1", "another run");
        assertThat(publish(model("run-1", null)).version()).isEqualTo(1);
        assertThat(latest()).isEqualTo(2);
    }

    /** They had no claims: the report was written first, and said whose the number is. */
    @Test
    void versionsOfEarlierTrainersKeepTheirNumbers() throws Exception {
        ModelVersion whole = model("run-1", null);
        Artifact first = publish(whole);
        store.blobs().removeBlob(S3Store.BUCKET, ROOT + ".claims/1");
        ModelVersion cutOff = model("run-2", null);
        store.put(ROOT + "2/report.json", new String(cutOff.files().get("report.json"), StandardCharsets.UTF_8));
        assertThat(publish(model("run-3", null)).version()).isEqualTo(3);
        refused(model("run-4", 1), ROOT + "1 exists", "another run");
        assertThat(publish(whole)).isEqualTo(first);
        assertThat(publish(cutOff).version()).isEqualTo(2);
        assertThat(latest()).isEqualTo(3);
    }

    /** As when an earlier trainer, which does not know claims, publishes at the same time. */
    @Test
    void aClaimedNumberThatHoldsAnotherRunsReportIsLeftToIt() throws Exception {
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        place.stage(model("run-1", null)).close();
        byte[] report = model("run-2", null).files().get("report.json");
        store.put(ROOT + "1/report.json", new String(report, StandardCharsets.UTF_8));
        assertThat(publish(model("run-1", null)).version()).isEqualTo(2);
        assertThat(store.objects().get(ROOT + "1/report.json")).isEqualTo(report);
    }

    private void refusedAt(String request, ModelVersion model) throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 403, request)) {
            assertThatThrownBy(() -> publish(patient(proxy), model))
                    .hasMessageContainingAll("403", "nothing is visible");
        }
    }

    @Test
    void oneRunPublishesOnceAndLatestMovesForwardOnly() throws Exception {
        Artifact first = publish(model("run-1", 5));
        assertThat(publish(model("run-2", null)).version()).isEqualTo(6);
        assertThat(publish(model("run-1", 5))).isEqualTo(first);
        assertThat(publish(model("run-3", 2)).version()).isEqualTo(2);
        assertThat(latest()).isEqualTo(6);
    }

    /** Before SHA256SUMS declared a version, {@code manifest.json} did. */
    @Test
    void latestMovesOnFromWhatAnOlderTrainerWrote() throws Exception {
        String latest = "{\"version\": 3, \"manifest\": \"%s\"}".formatted("a".repeat(64));
        store.put(ROOT + "latest.json", latest);
        assertThat(publish(model("run-1", 4)).version()).isEqualTo(4);
        assertThat(latest()).isEqualTo(4);
    }

    @Test
    void aVersionOfAnotherRunIsNeverOverwritten() throws Exception {
        publish(model("run-1", 3));
        Map<String, byte[]> before = store.objects();
        refused(model("run-2", 3), "spec.publish.version: got 3", "another run");
        assertThat(store.objects()).containsExactlyEntriesOf(before);
    }

    @Test
    void anotherModelOfThatNameIsRefusedBeforeAnythingIsWritten() throws Exception {
        publish(model("run-1", null));
        Map<String, byte[]> before = store.objects();
        refused(otherModel("run-2"), "labels.txt", "cat", "spec.publish.modelName");
        assertThat(store.objects()).containsExactlyEntriesOf(before);
    }

    @Test
    void twoRunsAtOnceGetTwoVersions() throws Exception {
        int runs = 4;
        CyclicBarrier start = new CyclicBarrier(runs);
        ExecutorService threads = Executors.newFixedThreadPool(runs);
        List<Future<Integer>> versions = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            ModelVersion model = small("run-" + i);
            versions.add(threads.submit(() -> {
                start.await();
                return publish(model).version();
            }));
        }
        List<Integer> got = new ArrayList<>();
        for (Future<Integer> version : versions) {
            got.add(version.get());
        }
        threads.shutdown();
        assertThat(got).containsExactlyInAnyOrder(1, 2, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR"})
    void cutOffAnywhereAndRunAgainThereIsOneWholeVersion(FaultyProxy.Fault fault) throws Exception {
        ModelVersion model = small("run-1");
        long total;
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), fault, Long.MAX_VALUE)) {
            publish(URI.create("http://" + proxy.address()), model);
            total = proxy.passed();
        }
        Map<String, byte[]> whole = store.objects();
        for (long place : places(total, 12)) {
            store.blobs().clearContainer(S3Store.BUCKET, ListContainerOptions.Builder.recursive());
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), fault, place)) {
                // Where the last bytes are cut off, it may have been done.
                TrainerException e = catchThrowableOfType(
                        TrainerException.class, () -> publish(URI.create("http://" + proxy.address()), model));
                assertThat(e == null ? ExitCode.DESTINATION_UNAVAILABLE : e.exitCode())
                        .as("after %d bytes: %s", place, e)
                        .isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
                holdsNoHalfVersion(store.names());
                boolean declared = store.objects().containsKey(ROOT + "latest.json");
                assertThat(!declared || store.objects().containsKey(ROOT + "1/SHA256SUMS"))
                        .isTrue();
            }
            assertThat(publish(model).version()).isEqualTo(1);
            assertThat(store.objects()).as("after %d bytes", place).containsExactlyEntriesOf(whole);
        }
    }

    /** The server has done what it is asked again: a claim, above all, is this run's own. */
    @ParameterizedTest
    @NullSource
    @ValueSource(ints = 3)
    void anyAnswerMayBeLost(Integer version) throws Exception {
        ModelVersion model = small("run-1", version);
        publish(model);
        Map<String, byte[]> whole = store.objects();
        int lost = 0;
        for (int faults = 1; faults == 1; lost += faults) {
            store.blobs().clearContainer(S3Store.BUCKET, ListContainerOptions.Builder.recursive());
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.LOST_ANSWER, lost)) {
                publish(patient(proxy), model);
                faults = proxy.faults();
            }
            assertThat(store.objects()).as("answer %d", lost).containsExactlyEntriesOf(whole);
        }
        assertThat(lost).isGreaterThan(model.files().size());
    }

    @Test
    void aVersionIsThereThoughLatestCannotBeMoved() throws Exception {
        publish(model("run-1", null));
        ModelVersion model = model("run-2", null);
        Artifact version = new Artifact("s3://models/vision/fashion/2", 2, model.sha256(), null);
        // As the first attempt, and as one that finds the version there.
        for (int attempt = 1; attempt <= 2; attempt++) {
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 403, "PUT /models/vision/fashion/latest.json")) {
                PublishException e = catchThrowableOfType(PublishException.class, () -> publish(patient(proxy), model));
                assertThat(e)
                        .hasMessageContainingAll(
                                "latest.json: cannot be written", "already visible: [" + version.uri());
                assertThat(e.done()).containsExactly(version);
            }
            assertThat(latest()).isEqualTo(1);
        }
        assertThat(publish(model)).isEqualTo(version);
        assertThat(latest()).isEqualTo(2);
    }

    @Test
    void aVersionThatSomebodyDeletesIsNotNamedTheNewest() throws Exception {
        Artifact gone = new Artifact("s3://models/vision/fashion/7", 7, "", null);
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> place.moveLatest(gone));
        assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
        assertThat(e).hasMessageContainingAll(gone.uri(), "is gone");
        assertThat(store.names()).isEmpty();
    }

    @Test
    void aServerThatComesBackIsAskedAgain() throws Exception {
        ModelVersion model = small("run-1");
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.UNAVAILABLE, 3)) {
            assertThat(publish(patient(proxy), model).version()).isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(store.objects()).containsKeys(ROOT + "1/SHA256SUMS", ROOT + "latest.json");
    }

    /** Other writers of the claim, or of latest.json, have done in a moment. */
    @ParameterizedTest
    @ValueSource(strings = {".claims/1", "latest.json"})
    void aConditionalWriteThatMeetsAnotherIsTriedAgain(String object) throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 409, "PUT /models/" + ROOT + object, 3)) {
            assertThat(publish(patient(proxy), small("run-1")).version()).isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(latest()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {".claims/1", "latest.json"})
    void aConditionalWriteThatMeetsOthersForeverIsLeftToTheNextAttempt(String object) throws Exception {
        ModelVersion model = small("run-1");
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 409, "PUT /models/" + ROOT + object)) {
            TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(patient(proxy), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e)
                    .hasMessageContainingAll(
                            "s3://models/" + ROOT + object + ": cannot be written, got 409",
                            "others write or delete this object");
            assertThat(proxy.faults()).isEqualTo(4);
        }
        assertThat(publish(model).version()).isEqualTo(1);
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.CUT_ONCE, 50_000)) {
            assertThat(publish(patient(proxy), model).version()).isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(publish(model).sha256()).isEqualTo(model.sha256());
    }

    @Test
    void aServerThatDoesNotComeBackIsLeftToTheNextAttempt() throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.ERROR, 2000)) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> publish(patient(proxy), small("run-1")));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("500", "s3://models/vision/fashion", "nothing is visible");
            assertThat(e.getCause().getCause()).hasMessageContaining("SDK Attempt Count: 4");
        }
    }

    @Test
    void aNetworkThatIsTooLargeForTheStoreIsRefusedAtOnce() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.TOO_LARGE, 50_000)) {
            TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(patient(proxy), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e)
                    .hasMessageContainingAll(
                            "fashion/1/model.onnx", "413", "limits the size of uploads", "nothing is visible");
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(store.objects())
                .doesNotContainKeys(ROOT + "1/model.onnx", ROOT + "1/SHA256SUMS", ROOT + "latest.json");
        assertThat(publish(model).version()).isEqualTo(1);
    }

    @Test
    void ofAnUploadThatBreaksInItsSecondPartNothingStays() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), S3Bucket.PART_BYTES + 100_000);
        try (FaultyProxy proxy =
                new FaultyProxy(store.endpoint(), FaultyProxy.Fault.CUT_ONCE, S3Bucket.PART_BYTES + 80_000)) {
            TrainerException e = catchThrowableOfType(
                    TrainerException.class, () -> publish(URI.create("http://" + proxy.address()), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(store.uploads()).isEmpty();
        assertThat(publish(model).version()).isEqualTo(1);
    }

    @Test
    void aStoreThatSaysEntityTooLargeIsBelieved() throws Exception {
        store.stop();
        store = new S3Store(1000);
        refused(small("run-1"), "400 EntityTooLarge", "limits the size of uploads");
    }

    @Test
    void aNetworkLargerThanAPartArrivesWhole() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), S3Bucket.PART_BYTES + 12_345);
        publish(model);
        assertThat(Sha256.of(store.objects().get(ROOT + "1/model.onnx"))).isEqualTo(model.sha256());
        assertThat(publish(model).sha256()).isEqualTo(model.sha256());
    }

    @Test
    void wrongCredentialsAreRefusedAtOnceAndShowNothingOfThem() {
        Map<String, String> wrong = new HashMap<>(S3Store.KEYS);
        wrong.put("AWS_SECRET_ACCESS_KEY", "wrong-secret");
        TrainerException e =
                catchThrowableOfType(TrainerException.class, () -> S3Store.model(store.endpoint(), wrong, S3Store.NONE)
                        .reach());
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll("403", "check the credentials", "s3:PutObject");
        assertThat(e.getMessage()).doesNotContain("wrong-secret");
    }

    @Test
    void aSecretWithoutAKeySaysWhichItHas() {
        TrainerException e = catchThrowableOfType(
                TrainerException.class,
                () -> S3Store.model(
                        store.endpoint(), Map.of("AWS_ACCESS_KEY_ID", "x", "password", "hidden"), S3Store.NONE));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll("destinations[0].secretRef", "AWS_SECRET_ACCESS_KEY", "password");
        assertThat(e.getMessage()).doesNotContain("hidden");
    }

    @Test
    void aBucketThatVanishesIsNamed() throws Exception {
        publish(model("run-1", null));
        store.blobs().deleteContainer(S3Store.BUCKET);
        refused(model("run-2", null), "404", "NoSuchBucket", "make the bucket");
    }

    /** Between content and declaration. */
    @Test
    void aBucketThatVanishesWhileAVersionWaitsInItLosesNothing() throws Exception {
        ModelVersion model = model("run-1", null);
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        Destination vanishing = new Destination() {
            @Override
            public Optional<Artifact> publishedBy(String runId) throws IOException {
                return place.publishedBy(runId);
            }

            @Override
            public void check(ModelVersion version) {
                place.check(version);
            }

            @Override
            public Staged stage(ModelVersion version) {
                Staged staged = place.stage(version);
                store.blobs().deleteContainer(S3Store.BUCKET);
                return staged;
            }
        };
        TrainerException e = catchThrowableOfType(
                TrainerException.class, () -> new ModelRepository(List.of(vanishing)).publish(model));
        assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll("404", "NoSuchBucket", "make the bucket", "nothing is visible");

        store.blobs().createContainerInLocation(null, S3Store.BUCKET);
        assertThat(publish(model)).isEqualTo(new Artifact("s3://models/vision/fashion/1", 1, model.sha256(), null));
        assertThat(store.objects()).hasSize(4 + model.files().size());
    }

    @Test
    void aPublishedFileThatSomebodyChangedIsNoticed() throws Exception {
        publish(model("run-1", null));
        var blob = store.blobs()
                .blobBuilder(ROOT + "1/model.onnx")
                .payload("other")
                .build();
        store.blobs().putBlob(S3Store.BUCKET, blob);
        refused(model("run-1", null), "model.onnx", "was changed after it was published");
    }

    private Artifact publish(ModelVersion model) {
        return publish(store.endpoint(), model);
    }

    private static S3Model patient(FaultyProxy proxy) {
        return S3Store.model(
                URI.create("http://" + proxy.address()), S3Store.KEYS, new Patience(4, Duration.ofMillis(1)));
    }

    private static Artifact publish(URI endpoint, ModelVersion model) {
        return publish(S3Store.model(endpoint, S3Store.KEYS, S3Store.NONE), model);
    }

    private static Artifact publish(S3Model destination, ModelVersion model) {
        try (ModelRepository repository = new ModelRepository(List.of(destination))) {
            return repository.publish(model).artifacts().get(0);
        }
    }

    private void refused(ModelVersion model, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> publish(model));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll(parts);
    }

    private int latest() throws Exception {
        return new ObjectMapper()
                .readTree(store.text(ROOT + "latest.json"))
                .path("version")
                .asInt();
    }
}
