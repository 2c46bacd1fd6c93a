package dev.distillery.trainer.publish.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.ModelRepository;
import dev.distillery.trainer.publish.PublishedFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer without a Secret, in the environment that a cloud gives its pod: a process of its own, which exchanges the
 * pod's token for keys and publishes with them to a real S3 server. The exchange stands for the cloud's service.
 */
class PodIdentityTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/model-publisher";
    private static final String TOKEN = "the.pods.token";

    @TempDir
    Path folder;

    private S3Store store;
    private HttpServer exchange;
    private Path token;

    @BeforeEach
    void start() throws Exception {
        store = new S3Store();
        exchange = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        exchange.createContext("/", PodIdentityTest::assumeRole);
        exchange.createContext("/v1/credentials", PodIdentityTest::podIdentity);
        exchange.start();
        token = Files.writeString(folder.resolve("token"), TOKEN);
    }

    @AfterEach
    void stop() throws Exception {
        exchange.stop(0);
        store.stop();
    }

    /** What EKS's webhook for IAM roles for service accounts sets. */
    @Test
    void aRoleOfTheServiceAccountPublishes() throws Exception {
        publish(ExitCode.SUCCEEDED, webIdentity());
        assertThat(store.objects()).containsKeys("vision/fashion/1/SHA256SUMS", "vision/fashion/latest.json");
    }

    /** What EKS Pod Identity sets. */
    @Test
    void aPodIdentityPublishes() throws Exception {
        publish(
                ExitCode.SUCCEEDED,
                Map.of(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                        address() + "/v1/credentials",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                        token.toString()));
        assertThat(store.objects()).containsKeys("vision/fashion/1/SHA256SUMS", "vision/fashion/latest.json");
    }

    @Test
    void aTokenThatTheCloudRefusesIsSaid() throws Exception {
        Files.writeString(token, "of another pod");
        assertThat(publish(ExitCode.PUBLISH_FAILED, webIdentity()))
                .contains("got no credentials: Not authorized to perform sts:AssumeRoleWithWebIdentity")
                .contains("give the pod an identity that may write there");
        assertThat(publish(ExitCode.PUBLISH_FAILED, podIdentity())).contains("got no credentials: InvalidToken");
        assertThat(store.objects()).isEmpty();
    }

    /** The next attempt may reach it, and publishes without training. */
    @Test
    void aCloudThatDoesNotAnswerIsTriedAgain() throws Exception {
        exchange.stop(0);
        publish(ExitCode.DESTINATION_UNAVAILABLE, webIdentity());
        publish(ExitCode.DESTINATION_UNAVAILABLE, podIdentity());
    }

    @Test
    void withoutAnyIdentityTheSecretIsAskedFor() throws Exception {
        assertThat(publish(ExitCode.PUBLISH_FAILED, Map.of()))
                .contains("got no credentials: variables, profile and node have none")
                .contains("name a Secret in secretRef");
    }

    private Map<String, String> webIdentity() {
        return Map.of(
                "AWS_ROLE_ARN",
                ROLE,
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                token.toString(),
                "AWS_STS_REGIONAL_ENDPOINTS",
                "regional",
                "AWS_ENDPOINT_URL_STS",
                address());
    }

    private Map<String, String> podIdentity() {
        return Map.of(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                address() + "/v1/credentials",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                token.toString());
    }

    /** A trainer's publishing by itself. */
    static final class Publisher {
        public static void main(String[] arguments) {
            Publish.Destination destination =
                    new Publish.Destination("s3://models/vision", null, arguments[0], null, false, null);
            S3Model place =
                    S3Model.of(destination, "fashion", Credentials.of(0, destination, System.getenv()), S3Store.NONE);
            try (ModelRepository repository = new ModelRepository(List.of(place))) {
                repository.publish(PublishedFixture.small("run-1"));
            } catch (TrainerException e) {
                System.out.println(e.getMessage());
                System.exit(e.exitCode().code());
            }
        }
    }

    /** @return what the process said */
    private String publish(ExitCode expected, Map<String, String> identity) throws Exception {
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Publisher.class.getName(),
                        store.endpoint().toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        // Nothing of who runs the tests.
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment().put("AWS_REGION", "eu-west-1");
        builder.environment().putAll(identity);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(said)).isEqualTo(expected.code());
        return Files.readString(said);
    }

    private String address() {
        return "http://127.0.0.1:" + exchange.getAddress().getPort();
    }

    /** STS's AssumeRoleWithWebIdentity, https://docs.aws.amazon.com/STS/latest/APIReference. */
    private static void assumeRole(HttpExchange http) throws IOException {
        String form = URLDecoder.decode(
                new String(http.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        boolean known = List.of(form.split("&"))
                .containsAll(
                        List.of("Action=AssumeRoleWithWebIdentity", "RoleArn=" + ROLE, "WebIdentityToken=" + TOKEN));
        if (known) {
            answer(
                    http,
                    200,
                    "text/xml",
                    """
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                      <AssumeRoleWithWebIdentityResult>
                        <Credentials>
                          <AccessKeyId>%s</AccessKeyId>
                          <SecretAccessKey>%s</SecretAccessKey>
                          <SessionToken>the-session</SessionToken>
                          <Expiration>2100-01-01T00:00:00Z</Expiration>
                        </Credentials>
                      </AssumeRoleWithWebIdentityResult>
                    </AssumeRoleWithWebIdentityResponse>
                    """
                            .formatted(
                                    S3Store.KEYS.get("AWS_ACCESS_KEY_ID"), S3Store.KEYS.get("AWS_SECRET_ACCESS_KEY")));
        } else {
            answer(
                    http,
                    403,
                    "text/xml",
                    """
                    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                      <Error>
                        <Type>Sender</Type>
                        <Code>AccessDenied</Code>
                        <Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>
                      </Error>
                    </ErrorResponse>
                    """);
        }
    }

    /** The agent of EKS Pod Identity on each node. */
    private static void podIdentity(HttpExchange http) throws IOException {
        if (TOKEN.equals(http.getRequestHeaders().getFirst("Authorization"))) {
            answer(
                    http,
                    200,
                    "application/json",
                    """
                    {"AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "the-session",
                     "Expiration": "2100-01-01T00:00:00Z"}
                    """
                            .formatted(
                                    S3Store.KEYS.get("AWS_ACCESS_KEY_ID"), S3Store.KEYS.get("AWS_SECRET_ACCESS_KEY")));
        } else {
            answer(http, 400, "application/json", "{\"message\": \"InvalidTokenException\"}");
        }
    }

    private static void answer(HttpExchange http, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        http.getResponseHeaders().add("Content-Type", type);
        http.sendResponseHeaders(status, body.length);
        http.getResponseBody().write(body);
        http.close();
    }
}
