package dev.distillery.trainer.publish.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.distillery.recipe.Publish;
import dev.distillery.report.ExitCode;
import dev.distillery.report.TrainerEnvironment;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.publish.Credentials;
import dev.distillery.trainer.publish.TlsIdentity;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real S3 server behind TLS whose authority no system knows. */
class S3TlsTest {
    @TempDir
    Path folder;

    private final BlobStoreContext context =
            ContextBuilder.newBuilder("transient").build(BlobStoreContext.class);
    private TlsIdentity identity;
    private S3Proxy server;

    @BeforeEach
    void start() throws Exception {
        identity = TlsIdentity.in(folder);
        context.getBlobStore().createContainerInLocation(null, S3Store.BUCKET);
        server = S3Proxy.builder()
                .blobStore(context.getBlobStore())
                .secureEndpoint(URI.create("https://127.0.0.1:0"))
                .keyStore(identity.store().toString(), TlsIdentity.PASSWORD)
                .ignoreUnknownHeaders(true)
                .awsAuthentication(
                        AuthenticationType.AWS_V2_OR_V4,
                        S3Store.KEYS.get("AWS_ACCESS_KEY_ID"),
                        S3Store.KEYS.get("AWS_SECRET_ACCESS_KEY"))
                .build();
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        context.close();
    }

    @Test
    void itsAuthorityIsTakenFromTheSecretOrTheEnvironment() throws Exception {
        model(Map.of(prefix() + "ca.crt", Files.readString(identity.certificate())))
                .reach();
        model(Map.of("AWS_CA_BUNDLE", identity.certificate().toString())).reach();
        TrainerException e = catchThrowableOfType(
                TrainerException.class, () -> model(Map.of()).reach());
        assertThat(e.exitCode()).isEqualTo(ExitCode.DESTINATION_UNAVAILABLE);
    }

    @Test
    void whatIsNoAuthorityIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "no certificate");
        for (String file :
                new String[] {text.toString(), folder.resolve("nowhere").toString()}) {
            TrainerException e =
                    catchThrowableOfType(TrainerException.class, () -> model(Map.of("AWS_CA_BUNDLE", file)));
            assertThat(e.exitCode()).isEqualTo(ExitCode.PUBLISH_FAILED);
            assertThat(e).hasMessageContainingAll("AWS_CA_BUNDLE=" + file, "expected one or more certificates in PEM");
        }
    }

    private S3Model model(Map<String, String> more) {
        Publish.Destination destination = new Publish.Destination(
                "s3://" + S3Store.BUCKET,
                new Publish.SecretRef("bucket"),
                "https://127.0.0.1:" + server.getSecurePort(),
                null,
                false,
                null);
        Map<String, String> env = new HashMap<>(more);
        S3Store.KEYS.forEach((key, value) -> env.put(prefix() + key, value));
        return S3Model.of(destination, "fashion", Credentials.of(0, destination, env), S3Store.NONE);
    }

    private static String prefix() {
        return TrainerEnvironment.destinationPrefix(0);
    }
}
