package dev.distillery.trainer.publish.oci;

import static dev.distillery.trainer.publish.PublishedFixture.model;
import static dev.distillery.trainer.publish.PublishedFixture.places;
import static dev.distillery.trainer.publish.PublishedFixture.small;
import static dev.distillery.trainer.publish.PublishedFixture.withOnnx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.FaultyProxy;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.ModelVersion;
import dev.distillery.trainer.publish.Patience;
import dev.distillery.trainer.publish.Publication;
import dev.distillery.trainer.publish.PublishException;
import dev.distillery.trainer.signing.ImageSignature;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.signing.SigningKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real registry behind a network, or with rules, that fail; skipped where docker-registry is not installed. */
class OciFaultsTest extends RegistryScenario {
    private static final Patience PATIENT = new Patience(4, Duration.ofMillis(1));
    private static final Patience NONE = DockerRegistry.NONE;
    private static final Map<String, String> LOGIN = DockerRegistry.LOGIN;

    @ParameterizedTest
    @EnumSource(names = {"CUT", "ERROR"})
    void cutOffAnywhereAndRunAgainThereIsOneWholeVersion(FaultyProxy.Fault fault) throws IOException {
        ModelVersion model = small("run-1");
        SigningKey key = SigningFixture.key(folder);
        String name = "cut-" + fault.name().toLowerCase(Locale.ROOT);
        long total;
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), fault, Long.MAX_VALUE)) {
            DockerRegistry.publish(proxy.address(), name, LOGIN, NONE, model, key);
            total = proxy.passed();
        }
        String digest = registry.publish(name, model).digest();
        assertThat(registry.tags(name)).containsExactlyInAnyOrder("1", "latest", ImageSignature.tag(digest));
        List<Long> places = places(total, 12);
        for (int i = 0; i < places.size(); i++) {
            String here = name + i;
            try (FaultyProxy proxy = new FaultyProxy(registry.uri(), fault, places.get(i))) {
                // Where the last bytes are cut off, it may have been done.
                TrainerException e = catchThrowableOfType(
                        TrainerException.class,
                        () -> DockerRegistry.publish(proxy.address(), here, LOGIN, NONE, model, key));
                assertThat(e == null ? ExitCode.DESTINATION_UNAVAILABLE : e.exitCode())
                        .as("after %d bytes: %s", places.get(i), e)
                        .isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            }
            assertThat(registry.publish(here, model, key).digest())
                    .as("after %d bytes", places.get(i))
                    .isEqualTo(digest);
            assertThat(registry.tags(here)).hasSize(3).contains("1", "latest");
            assertThat(registry.files(here, registry.manifest(here, "latest")))
                    .hasSize(model.files().size() + model.modelFiles().size());
        }
    }

    @Test
    void aTagThatIsThereIsNotWrittenAgain() throws IOException {
        registry.publish("again", model("run-1", null));
        byte[] manifest =
                registry.repository("again").manifest("1").orElseThrow().manifest();
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), 412, "PUT /v2/again/fashion/manifests/1")) {
            DockerRegistry.repository(proxy.address(), "again", LOGIN, NONE).tag("1", manifest);
            assertThat(proxy.faults()).isZero();
        }
    }

    @Test
    void anyAnswerMayBeLost() throws IOException {
        ModelVersion model = small("run-1");
        SigningKey key = SigningFixture.key(folder);
        int lost = 0;
        for (int faults = 1; faults == 1; lost += faults) {
            String here = "lost" + lost;
            try (FaultyProxy proxy = new FaultyProxy(registry.uri(), FaultyProxy.Fault.LOST_ANSWER, lost)) {
                String digest = DockerRegistry.publish(proxy.address(), here, LOGIN, PATIENT, model, key)
                        .digest();
                assertThat(registry.tags(here))
                        .as("answer %d", lost)
                        .containsExactlyInAnyOrder("1", "latest", ImageSignature.tag(digest));
                faults = proxy.faults();
            }
        }
        assertThat(lost).isGreaterThan(10);
    }

    @Test
    void aVersionIsThereThoughLatestCannotBeMoved() throws IOException {
        registry.publish("behind", model("run-1", null));
        ModelVersion model = model("run-2", null);
        String digest;
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), 500, "PUT /v2/behind/fashion/manifests/latest")) {
            PublishException e = catchThrowableOfType(
                    PublishException.class,
                    () -> DockerRegistry.publish(proxy.address(), "behind", LOGIN, PATIENT, model, null));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("latest cannot be written", "already visible", "/behind/fashion:2");
            digest = e.done().get(0).digest();
        }
        assertThat(registry.manifest("behind", "latest").getAnnotations())
                .containsEntry("org.opencontainers.image.version", "1");
        assertThat(registry.publish("behind", model).digest()).isEqualTo(digest);
        assertThat(registry.manifest("behind", "latest").getDescriptor().getDigest())
                .isEqualTo(digest);
    }

    /** Whose {@code latest} stays where it is, then, and the user is told. */
    @Test
    void aRegistryWhoseTagsDoNotMoveTakesVersions() throws IOException {
        registry.publish("immutable", model("run-1", null));
        ModelVersion model = model("run-2", null);
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), 412, "PUT /v2/immutable/fashion/manifests/latest");
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
        assertThat(registry.manifest("immutable", "latest").getAnnotations())
                .containsEntry("org.opencontainers.image.version", "1");
    }

    @Test
    void whoMayNotWriteLatestAtAllIsTold() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), 403, "PUT /v2/nolatest/fashion/manifests/latest")) {
            PublishException e = catchThrowableOfType(
                    PublishException.class,
                    () -> DockerRegistry.publish(proxy.address(), "nolatest", LOGIN, NONE, model("run-1", null), null));
            assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e).hasMessageContainingAll("latest cannot be written", "403", "already visible", "fashion:1");
        }
    }

    @Test
    void aRegistryThatComesBackIsAskedAgain() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), FaultyProxy.Fault.UNAVAILABLE, 3)) {
            assertThat(DockerRegistry.publish(proxy.address(), "back", LOGIN, PATIENT, small("run-1"), null)
                            .version())
                    .isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(3);
        }
        assertThat(registry.tags("back")).containsExactlyInAnyOrder("1", "latest");
    }

    @Test
    void aConnectionThatBreaksIsMadeAnew() throws IOException {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), FaultyProxy.Fault.CUT_ONCE, 50_000)) {
            assertThat(DockerRegistry.publish(proxy.address(), "cutonce", LOGIN, PATIENT, model, null)
                            .version())
                    .isEqualTo(1);
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(registry.publish("cutonce", model).sha256()).isEqualTo(model.sha256());
    }

    @Test
    void aRegistryThatDoesNotRecoverIsAskedAgainAndThenLeftToTheNextAttempt() throws IOException {
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), FaultyProxy.Fault.ERROR, 2000)) {
            TrainerException e = catchThrowableOfType(
                    TrainerException.class,
                    () -> DockerRegistry.publish(proxy.address(), "sick", LOGIN, PATIENT, small("run-1"), null));
            assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
            assertThat(e).hasMessageContainingAll("nothing is visible", "oci://" + proxy.address());
        }
        assertThat(registry.tags("sick")).isEmpty();
    }

    @Test
    void anImageThatIsTooLargeForTheRegistryIsRefusedAtOnce() throws IOException {
        ModelVersion model = withOnnx(small("run-1"), 100_000);
        try (FaultyProxy proxy = new FaultyProxy(registry.uri(), FaultyProxy.Fault.TOO_LARGE, 50_000)) {
            TrainerException e = catchThrowableOfType(
                    TrainerException.class,
                    () -> DockerRegistry.publish(proxy.address(), "large", LOGIN, PATIENT, model, null));
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e).hasMessageContainingAll("413", "limits the size of uploads", "nothing is visible");
            assertThat(proxy.faults()).isEqualTo(1);
        }
        assertThat(registry.tags("large")).isEmpty();
        assertThat(registry.publish("large", model).version()).isEqualTo(1);
    }
}
