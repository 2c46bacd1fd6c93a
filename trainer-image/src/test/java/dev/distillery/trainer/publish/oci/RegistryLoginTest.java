package dev.distillery.trainer.publish.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryLoginTest {
    @ParameterizedTest
    @CsvSource({
        "registry.example/team/vision, registry.example",
        "registry.example/team/vision, https://registry.example",
        "registry.example/team/vision, http://registry.example/",
        "registry.example/team/vision, https://registry.example/v2/",
        "registry.example/team/vision, registry.example/v1",
        "registry.example/team/vision, registry.example/team",
        "registry.example/team/vision, https://registry.example/v2/team/vision",
        "registry.example:5000/team/vision, registry.example:5000",
        "docker.io/team/vision, https://index.docker.io/v1/",
        "docker.io/team/vision, docker.io",
        "registry-1.docker.io/team/vision, https://index.docker.io/v1/",
        "index.docker.io/team/vision, docker.io/team",
    })
    void aKeyMayBeWrittenInManyWays(String repository, String key) {
        assertThat(login(repository, entry(key, "user"))).isEqualTo(new RegistryLogin("user", "of user"));
    }

    @ParameterizedTest
    @CsvSource({
        "registry.example/team/vision, registry.example/tea",
        "registry.example/team/vision, registry.example:5000",
        "registry.example/team/vision, registry.exam",
        "registry.example/team/vision, registry.example/team/vision/more",
        "registry.example/team/vision, docker.io",
        "registry.example/v2/vision, registry.example/v2/other",
    })
    void aKeyOfAnotherPlaceIsNone(String repository, String key) {
        refused(repository, entry(key, "user"), "auths for " + repository);
    }

    @Test
    void theLongestKeyCounts() {
        String auths = Stream.of("registry.example", "registry.example/team", "registry.example/te")
                .map(key -> entry(key, key))
                .collect(Collectors.joining(", "));
        assertThat(login("registry.example/team/vision", auths).username()).isEqualTo("registry.example/team");
        assertThat(login("registry.example/other", auths).username()).isEqualTo("registry.example");
    }

    @Test
    void nameAndPasswordMayStandApart() {
        assertThat(login("r.example/x", "\"r.example\": {\"username\": \"user\", \"password\": \"a:b\"}"))
                .isEqualTo(new RegistryLogin("user", "a:b"));
    }

    /** It would have to be exchanged for a token of access first. */
    @Test
    void anIdentityTokenIsRefusedAndNotShown() {
        String token = "\"r.example\": {\"auth\": \"%s\", \"identitytoken\": \"the-token\"}"
                .formatted(base64("00000000-0000-0000-0000-000000000000:"));
        TrainerException e =
                refused("r.example/x", token, "username and password", "for r.example instead of an identity token");
        assertThat(e.getMessage()).doesNotContain("the-token");
    }

    @Test
    void whatIsNoBase64IsRefusedAndNotShown() {
        TrainerException e = refused("r.example/x", "\"r.example\": {\"auth\": \"user:hidden\"}", "auth of both");
        assertThat(e.getMessage()).doesNotContain("hidden");
    }

    private static String entry(String key, String user) {
        return "\"%s\": {\"auth\": \"%s\"}".formatted(key, base64(user + ":of " + user));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static TrainerException refused(String repository, String auths, String... parts) {
        TrainerException e = catchThrowableOfType(TrainerException.class, () -> login(repository, auths));
        assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
        assertThat(e).hasMessageContainingAll("destinations[0].secretRef: Secret pull", ".dockerconfigjson");
        assertThat(e).hasMessageContainingAll(parts);
        return e;
    }

    private static RegistryLogin login(String repository, String auths) {
        Publish.Destination destination =
                new Publish.Destination("oci://" + repository, new Publish.SecretRef("pull"), null, null, false, null);
        Map<String, String> env =
                Map.of(TrainerEnvironment.destinationPrefix(0) + ".dockerconfigjson", "{\"auths\": {" + auths + "}}");
        return RegistryLogin.of(repository, Credentials.of(0, destination, env)).orElseThrow();
    }
}
