package dev.distillery.trainer.publish.s3;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.places;
import static dev.distillery.trainer.publish.PublishedFixture.small;
import static dev.distillery.trainer.publish.PublishedFixture.withOnnx;
import static dev.distillery.trainer.publish.s3.S3Store.ROOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Destination;
import dev.distillery.trainer.publish.FaultyProxy;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.PublishException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jclouds.blobstore.options.ListContainerOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real S3 server behind connections that break, answers that are lost, and trouble of its own. */
class S3FaultsTest {
    private S3Store store;

    @BeforeEach
    void start() throws Exception {
        store = new S3Store();
    }

    @AfterEach
    void stop() throws Exception {
        store.stop();
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
        assertThat(store.publish(model).version()).isEqualTo(1);
        assertThat(store.names()).hasSize(4 + model.files().size());
    }

    private void refusedAt(String request, ModelVersion model) throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 403, request)) {
            assertThatThrownBy(() -> S3Store.publish(patient(proxy), model))
                    .hasMessageContainingAll("403", "nothing is visible");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR"})
    void cutOffAnywhereAndRunAgainThereIsOneWholeVersion(FaultyProxy.Fault fault) throws Exception {
        ModelVersion model = small("run-1");
        long total;
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), fault, Long.MAX_VALUE)) {
            S3Store.publish(impatient(proxy), model);
            total = proxy.passed();
        }
        Map<String, byte[]> whole = store.objects();
        for (long place : places(total, 12)) {
            store.blobs().clearContainer(S3Store.BUCKET, ListContainerOptions.Builder.recursive());
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), fault, place)) {
                // Where the last bytes are cut off, it may have been done.
                TrainerException e =
                        catchThrowableOfType(TrainerException.class, () -> S3Store.publish(impatient(proxy), model));
                assertThat(e == null ? ExitCode.DESTINATION_UNAVAILABLE : e.exitCode())
                        .as("after %d bytes: %s", place, e)
                        .isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
                S3Store.assertNoHalfVersion(store.names());
                boolean declared = store.objects().containsKey(ROOT + "latest.json");
                assertThat(!declared || store.objects().containsKey(ROOT + "1/SHA256SUMS"))
                        .isTrue();
            }
            assertThat(store.publish(model).version()).isEqualTo(1);
            assertThat(store.objects()).as("after %d bytes", place).containsExactlyEntriesOf(whole);
        }
    }

    /** The server has done what it is asked again: a claim, above all, is this run's own. */
    @ParameterizedTest
    @NullSource
    @ValueSource(ints = 3)
    void anyAnswerMayBeLost(Integer version) throws Exception {
        ModelVersion model = small("run-1", version);
        store.publish(model);
        Map<String, byte[]> whole = store.objects();
        int lost = 0;
        for (int faults = 1; faults == 1; lost += faults) {
            store.blobs().clearContainer(S3Store.BUCKET, ListContainerOptions.Builder.recursive());
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.LOST_ANSWER, lost)) {
                S3Store.publish(patient(proxy), model);
                faults = proxy.faults();
            }
            assertThat(store.objects()).as("answer %d", lost).containsExactlyEntriesOf(whole);
        }
        assertThat(lost).isGreaterThan(model.files().size());
    }

    @Test
    void aVersionIsThereThoughLatestCannotBeMoved() throws Exception {
        store.publish(model("run-1", null));
        ModelVersion model = model("run-2", null);
        Artifact version = new Artifact("s3://models/vision/fashion/2", 2, model.sha256(), null);
        // As the first attempt, and as one that finds the version there.
        for (int attempt = 1; attempt <= 2; attempt++) {
            try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 403, "PUT /models/vision/fashion/latest.json")) {
                PublishException e =
                        catchThrowableOfType(PublishException.class, () -> S3Store.publish(patient(proxy), model));
                assertThat(e)
                        .hasMessageContainingAll(
                                "latest.json: cannot be written", "already visible: [" + version.uri());
                assertThat(e.done()).containsExactly(version);
            }
            assertThat(store.latest()).isEqualTo(1);
        }
        assertThat(store.publish(model)).isEqualTo(version);
        assertThat(store.latest()).isEqualTo(2);
    }

    @Test
    void aServerThatComesBackIsAskedAgain() throws Exception {
        ModelVersion model = small("run-1");
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.UNAVAILABLE, 3)) {
            assertThat(S3Store.publish(patient(proxy), model).version()).isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(store.objects()).containsKeys(ROOT + "1/SHA256SUMS", ROOT + "latest.json");
    }

    /** Other writers of the claim, or of latest.json, have done in a moment. */
    @ParameterizedTest
    @ValueSource(strings = {".claims/1", "latest.json"})
    void aConditionalWriteThatMeetsAnotherIsTriedAgain(String object) throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 409, "PUT /models/" + ROOT + object, 3)) {
            assertThat(S3Store.publish(patient(proxy), small("run-1")).version())
                    .isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(store.latest()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {".claims/1", "latest.json"})
    void aConditionalWriteThatMeetsOthersForeverIsLeftToTheNextAttempt(String object) throws Exception {
        ModelVersion model = small("run-1");
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), 409, "PUT /models/" + ROOT + object)) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> S3Store.publish(patient(proxy), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e)
                    .hasMessageContainingAll(
                            "s3://models/" + ROOT + object + ": cannot be written, got 409",
                            "others write or delete this object");
            assertThat(proxy.faults()).isEqualTo(4);
        }
        assertThat(store.publish(model).version()).isEqualTo(1);
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.CUT_ONCE, 50_000)) {
            assertThat(S3Store.publish(patient(proxy), model).version()).isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(store.publish(model).sha256()).isEqualTo(model.sha256());
    }

    @Test
    void aServerThatDoesNotComeBackIsLeftToTheNextAttempt() throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.ERROR, 2000)) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> S3Store.publish(patient(proxy), small("run-1")));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("500", "s3://models/vision/fashion", "nothing is visible");
            assertThat(e.getCause().getCause()).hasMessageContaining("SDK Attempt Count: 4");
        }
    }

    @Test
    void aNetworkThatIsTooLargeForTheStoreIsRefusedAtOnce() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(store.endpoint(), FaultyProxy.Fault.TOO_LARGE, 50_000)) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> S3Store.publish(patient(proxy), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e)
                    .hasMessageContainingAll(
                            "fashion/1/model.onnx", "413", "limits the size of uploads", "nothing is visible");
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(store.objects())
                .doesNotContainKeys(ROOT + "1/model.onnx", ROOT + "1/SHA256SUMS", ROOT + "latest.json");
        assertThat(store.publish(model).version()).isEqualTo(1);
    }

    @Test
    void ofAnUploadThatBreaksInItsSecondPartNothingStays() throws Exception {
        ModelVersion model = withOnnx(small("run-1"), S3Bucket.PART_BYTES + 100_000);
        try (FaultyProxy proxy =
                new FaultyProxy(store.endpoint(), FaultyProxy.Fault.CUT_ONCE, S3Bucket.PART_BYTES + 80_000)) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> S3Store.publish(impatient(proxy), model));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(store.uploads()).isEmpty();
        assertThat(store.publish(model).version()).isEqualTo(1);
    }

    @Test
    void aStoreThatSaysEntityTooLargeIsBelieved() throws Exception {
        store.stop();
        store = new S3Store(1000);
        store.refuses(small("run-1"), "400 EntityTooLarge", "limits the size of uploads");
    }

    @Test
    void aBucketThatVanishesIsNamed() throws Exception {
        store.publish(model("run-1", null));
        store.blobs().deleteContainer(S3Store.BUCKET);
        store.refuses(model("run-2", null), "404", "NoSuchBucket", "make the bucket");
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
        assertThat(store.publish(model))
                .isEqualTo(new Artifact("s3://models/vision/fashion/1", 1, model.sha256(), null));
        assertThat(store.objects()).hasSize(4 + model.files().size());
    }

    private static S3Model patient(FaultyProxy proxy) {
        return S3Store.model(
                URI.create("http://" + proxy.address()), S3Store.KEYS, new Patience(4, Duration.ofMillis(1)));
    }

    private static S3Model impatient(FaultyProxy proxy) {
        return S3Store.model(URI.create("http://" + proxy.address()), S3Store.KEYS, S3Store.NONE);
    }
}
