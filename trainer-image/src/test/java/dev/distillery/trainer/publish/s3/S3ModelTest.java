package dev.distillery.trainer.publish.s3;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.otherModel;
import static dev.distillery.trainer.publish.PublishedFixture.signed;
import static dev.distillery.trainer.publish.PublishedFixture.small;
import static dev.distillery.trainer.publish.PublishedFixture.withOnnx;
import static dev.distillery.trainer.publish.s3.S3Store.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.signing.SigningFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How versions lie in a real S3 server, whose their numbers are, and what it refuses. */
class S3ModelTest {
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
        Artifact artifact = store.publish(model);
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
        store.publish(model);
        assertThat(looks).hasSizeGreaterThan(model.files().size());
        assertThat(looks).allSatisfy(S3Store::assertNoHalfVersion);
        assertThat(looks.get(looks.size() - 1)).contains(ROOT + "1/model.onnx", ROOT + "latest.json");
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

    @Test
    void aClaimIsTakenUpByItsRunAndItsNumberByNoOther() throws Exception {
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        place.stage(model("run-1", null)).close();
        assertThat(store.publish(model("run-2", null)).version()).isEqualTo(2);
        store.refuses(model("run-3", 1), "spec.publish.version: got 1", ROOT + ".claims/1", "another run");
        assertThat(store.publish(model("run-1", null)).version()).isEqualTo(1);
        assertThat(store.latest()).isEqualTo(2);
    }

    /** They had no claims: the report was written first, and said whose the number is. */
    @Test
    void versionsOfEarlierTrainersKeepTheirNumbers() throws Exception {
        ModelVersion whole = model("run-1", null);
        Artifact first = store.publish(whole);
        store.blobs().removeBlob(S3Store.BUCKET, ROOT + ".claims/1");
        ModelVersion cutOff = model("run-2", null);
        store.put(ROOT + "2/report.json", new String(cutOff.files().get("report.json"), StandardCharsets.UTF_8));
        assertThat(store.publish(model("run-3", null)).version()).isEqualTo(3);
        store.refuses(model("run-4", 1), ROOT + "1 exists", "another run");
        assertThat(store.publish(whole)).isEqualTo(first);
        assertThat(store.publish(cutOff).version()).isEqualTo(2);
        assertThat(store.latest()).isEqualTo(3);
    }

    /** As when an earlier trainer, which does not know claims, publishes at the same time. */
    @Test
    void aClaimedNumberThatHoldsAnotherRunsReportIsLeftToIt() throws Exception {
        S3Model place = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        place.stage(model("run-1", null)).close();
        byte[] report = model("run-2", null).files().get("report.json");
        store.put(ROOT + "1/report.json", new String(report, StandardCharsets.UTF_8));
        assertThat(store.publish(model("run-1", null)).version()).isEqualTo(2);
        assertThat(store.objects().get(ROOT + "1/report.json")).isEqualTo(report);
    }

    @Test
    void oneRunPublishesOnceAndLatestMovesForwardOnly() throws Exception {
        Artifact first = store.publish(model("run-1", 5));
        assertThat(store.publish(model("run-2", null)).version()).isEqualTo(6);
        assertThat(store.publish(model("run-1", 5))).isEqualTo(first);
        assertThat(store.publish(model("run-3", 2)).version()).isEqualTo(2);
        assertThat(store.latest()).isEqualTo(6);
    }

    @Test
    void anOlderVersionLeavesWhatLiesBesideToTheNewest() throws Exception {
        store.publish(model("run-1", 5));
        String config = store.text(ROOT + "config.pbtxt") + "# of version 5\n";
        store.put(ROOT + "config.pbtxt", config);
        store.publish(model("run-2", 2));
        assertThat(store.text(ROOT + "config.pbtxt")).isEqualTo(config);
        store.publish(model("run-3", null));
        assertThat(store.text(ROOT + "config.pbtxt")).doesNotContain("# of version 5");
    }

    /** Before SHA256SUMS declared a version, {@code manifest.json} did. */
    @Test
    void latestMovesOnFromWhatAnOlderTrainerWrote() throws Exception {
        String latest = "{\"version\": 3, \"manifest\": \"%s\"}".formatted("a".repeat(64));
        store.put(ROOT + "latest.json", latest);
        assertThat(store.publish(model("run-1", 4)).version()).isEqualTo(4);
        assertThat(store.latest()).isEqualTo(4);
    }

    @Test
    void aLatestThatIsNotOursIsRefusedBeforeAnythingIsWritten() throws Exception {
        for (String theirs : List.of("{\"version\":\"v3\"}", "{\"name\":\"v3\"}", "null", "")) {
            store.put(ROOT + "latest.json", theirs);
            store.refuses(
                    model("run-1", null), ROOT + "latest.json: got " + theirs, "expected {\"version\"", "nothing is");
            assertThat(store.names()).containsExactly(ROOT + "latest.json");
        }
    }

    @Test
    void afterTheGreatestNumberThereIsNoNext() {
        store.publish(model("run-1", 999_999_999));
        store.refuses(model("run-2", null), "spec.publish.version: got none", "999999999", "spec.publish.modelName");
        assertThat(store.publish(model("run-3", 7)).version()).isEqualTo(7);
    }

    @Test
    void aVersionOfAnotherRunIsNeverOverwritten() throws Exception {
        store.publish(model("run-1", 3));
        Map<String, byte[]> before = store.objects();
        store.refuses(model("run-2", 3), "spec.publish.version: got 3", "another run");
        assertThat(store.objects()).containsExactlyEntriesOf(before);
    }

    @Test
    void anotherModelOfThatNameIsRefusedBeforeAnythingIsWritten() throws Exception {
        store.publish(model("run-1", null));
        Map<String, byte[]> before = store.objects();
        store.refuses(otherModel("run-2"), "labels.txt", "cat", "spec.publish.modelName");
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
                return store.publish(model).version();
            }));
        }
        List<Integer> got = new ArrayList<>();
        for (Future<Integer> version : versions) {
            got.add(version.get());
        }
        threads.shutdown();
        assertThat(got).containsExactlyInAnyOrder(1, 2, 3, 4);
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
    void aNetworkLargerThanAPartArrivesWhole() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), S3Bucket.PART_BYTES + 12_345);
        store.publish(model);
        assertThat(Sha256.of(store.objects().get(ROOT + "1/model.onnx"))).isEqualTo(model.sha256());
        assertThat(store.publish(model).sha256()).isEqualTo(model.sha256());
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
    void aPublishedFileThatSomebodyChangedIsNoticed() throws Exception {
        store.publish(model("run-1", null));
        var blob = store.blobs()
                .blobBuilder(ROOT + "1/model.onnx")
                .payload("other")
                .build();
        store.blobs().putBlob(S3Store.BUCKET, blob);
        store.refuses(model("run-1", null), "model.onnx", "was changed after it was published");
    }
}
