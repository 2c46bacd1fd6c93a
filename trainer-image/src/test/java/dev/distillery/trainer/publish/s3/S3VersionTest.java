package dev.distillery.trainer.publish.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.PublishedFixture;
import dev.distillery.trainer.signing.SigningFixture;
import dev.distillery.trainer.verify.Verification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify} sees in a real S3 server. */
class S3VersionTest {
    private static final String MODEL = "vision/fashion";

    @TempDir
    Path folder;

    private S3Store store;

    @BeforeEach
    void publish() throws Exception {
        store = new S3Store();
        S3Model model = S3Store.model(store.endpoint(), S3Store.KEYS, S3Store.NONE);
        try (ModelRepository repository = new ModelRepository(List.of(model))) {
            repository.publish(PublishedFixture.signed("run-1", SigningFixture.key(folder)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        store.stop();
    }

    @Test
    void whatWasPublishedIsFoundAsItWas() throws Exception {
        for (String path : List.of(MODEL, MODEL + "/1")) {
            Verification found = verify(path);
            assertThat(found.faults()).isEmpty();
            assertThat(found.signed()).isTrue();
            assertThat(found.files()).isEqualTo(11);
        }
    }

    @Test
    void theLatestHasItsNumber() throws Exception {
        try (S3Version latest = S3Version.in(S3Store.bucket(store.endpoint()), MODEL)) {
            assertThat(latest.number()).isEqualTo(1);
        }
    }

    @Test
    void whatSomebodyChangedIsNamed() throws Exception {
        put("1/model.onnx", "other");
        put("1/extra.onnx", "x");
        put("config.pbtxt", "name: \"other\"");
        store.blobs().removeBlob(S3Store.BUCKET, MODEL + "/1/recipe.json");
        assertThat(verify(MODEL).faults())
                .containsExactlyInAnyOrder(
                        "model.onnx: its content is not what was published",
                        "extra.onnx: was not published with this version",
                        "recipe.json: missing",
                        "../config.pbtxt: differs from the one of this version, the latest");
    }

    @Test
    void whoServesInt8MayWriteItIntoTheModelsFolder() throws Exception {
        String fp32 = new String(store.objects().get(MODEL + "/config.pbtxt"), StandardCharsets.UTF_8);
        put("config.pbtxt", fp32.replace("\"model.onnx\"", "\"model-int8.onnx\""));
        assertThat(verify(MODEL).faults()).isEmpty();
    }

    @Test
    void aVersionThatWasCutOffIsNone() throws Exception {
        store.blobs().removeBlob(S3Store.BUCKET, MODEL + "/1/SHA256SUMS");
        assertThat(verify(MODEL + "/1").faults())
                .containsExactly("SHA256SUMS: there is none; a version is whole once it is there");
        put("2/report.json", "of a run that died");
        assertThat(verify(MODEL + "/2").faults()).hasSize(1);
    }

    @Test
    void aRunThatDiedHidesNoWholeVersion() throws Exception {
        put("2/report.json", "of a run that died");
        assertThat(verify(MODEL).faults()).isEmpty();
    }

    @Test
    void latestMustBeOfTheseChecksums() throws Exception {
        put("latest.json", "{\"version\": 1, \"checksums\": \"other\"}");
        assertThat(verify(MODEL).faults())
                .containsExactly("../latest.json: has another SHA-256 of SHA256SUMS than this version");
    }

    @Test
    void whereNothingIsPublishedItSaysSo() {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> verify("vision/nothing"));
        assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_DATA);
        assertThat(e)
                .hasMessageContainingAll("s3://models/vision/nothing", "latest.json", "expected a published version");
    }

    private Verification verify(String path) throws Exception {
        try (S3Version version = S3Version.in(S3Store.bucket(store.endpoint()), path)) {
            return Verification.of(version, SigningFixture.publicKey());
        }
    }

    private void put(String name, String content) {
        store.put(MODEL + "/" + name, content);
    }
}
