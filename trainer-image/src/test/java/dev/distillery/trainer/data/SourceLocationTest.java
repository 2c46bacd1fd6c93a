package dev.distillery.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceLocationTest {
    private final SourceLocation location = SourceLocation.of("models=/claims/models,data=/mnt/data");

    @Test
    void resolvesFilesAndClaims() {
        assertThat(location.resolve("f", "file:///data/a%20b.gz")).isEqualTo(Path.of("/data/a b.gz"));
        assertThat(location.resolve("f", "file:/data/x")).isEqualTo(Path.of("/data/x"));
        assertThat(location.resolve("f", "pvc://models/vision/x")).isEqualTo(Path.of("/claims/models/vision/x"));
        assertThat(location.resolve("f", "pvc://models/a/../b")).isEqualTo(Path.of("/claims/models/b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pvc://models/../other/x",
                "pvc://models/%2e%2e/other/x",
                "pvc://../x",
                "pvc://a..b/x",
                "pvc://Models/x",
                "pvc:///x",
                "pvc://models",
                "pvc://models/",
                "file://host/x",
                "file:///x?y",
                "file:///a%00b",
                "https://example.org/x",
                "data/x.gz",
                "file:///a b",
                ""
            })
    void refusesTheRest(String uri) {
        assertThatThrownBy(() -> location.resolve("spec.field", uri))
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.INVALID_RECIPE))
                .hasMessageStartingWith("spec.field: got " + uri);
    }

    @Test
    void aClaimThatIsNotMountedIsNamed() {
        assertThatThrownBy(() -> SourceLocation.of(" ").resolve("f", "pvc://models/x"))
                .hasMessageContaining("DISTILLERY_CLAIMS names []");
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "=/x", "models=", "a=/a,,b=/b"})
    void refusesAMalformedList(String claims) {
        assertThatThrownBy(() -> SourceLocation.of(claims))
                .isInstanceOfSatisfying(
                        TrainerException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }
}
