package dev.distillery.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.Stage;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressEndpointTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final ProgressReport REPORT =
            new ProgressReport("run", Stage.STUDENT, 2, 10, 1, 100, 0.4, 0.8, 5210, 30, List.of());

    @TempDir
    Path folder;

    @Test
    void trustsTheGivenAuthorityAndNoOther() throws Exception {
        KeyStore ours = newKeyStore("ours");
        KeyStore others = newKeyStore("others");
        HttpsServer operator = start(ours);
        try {
            URI url = URI.create("https://127.0.0.1:" + operator.getAddress().getPort() + "/progress");
            assertThat(new ProgressEndpoint(url, null, pem(ours)).post(REPORT, PATIENCE))
                    .isNull();
            assertThat(new ProgressEndpoint(url, null, pem(others) + pem(ours)).post(REPORT, PATIENCE))
                    .isNull();
            assertThat(new ProgressEndpoint(url, null, pem(others)).post(REPORT, PATIENCE))
                    .contains("SSLHandshakeException");
            assertThat(new ProgressEndpoint(url, null, null).post(REPORT, PATIENCE))
                    .contains("SSLHandshakeException");
        } finally {
            operator.stop(0);
        }
    }

    private static HttpsServer start(KeyStore keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/progress", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** The JDK has no API that makes certificates, but a tool. */
    private KeyStore newKeyStore(String name) throws Exception {
        Path file = folder.resolve(name);
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=IP:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static String pem(KeyStore keys) throws Exception {
        String alias = keys.aliases().nextElement();
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(keys.getCertificate(alias).getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
