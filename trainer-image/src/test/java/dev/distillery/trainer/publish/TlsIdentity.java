package dev.distillery.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A server's certificate for 127.0.0.1 that no system trusts; it is its own authority.
 *
 * @param store PKCS #12 with key and certificate
 * @param certificate in PEM
 * @param key PKCS #8 in PEM
 */
public record TlsIdentity(Path store, Path certificate, Path key) {
    public static final String PASSWORD = "changeit";

    /** @param folder for its files */
    public static TlsIdentity in(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("tls.p12");
        String command = "-genkeypair -alias it -keyalg EC -groupname secp256r1 -dname CN=test -ext san=ip:127.0.0.1"
                + " -ext bc:c=ca:true -storetype PKCS12 -storepass " + PASSWORD + " -keystore " + store;
        ProcessBuilder keytool = new ProcessBuilder(command.split(" ")).inheritIO();
        keytool.command()
                .add(
                        0,
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString());
        assertThat(keytool.start().waitFor()).isZero();
        KeyStore made = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            made.load(in, PASSWORD.toCharArray());
        }
        return new TlsIdentity(
                store,
                pem(
                        folder.resolve("tls.crt"),
                        "CERTIFICATE",
                        made.getCertificate("it").getEncoded()),
                pem(
                        folder.resolve("tls.key"),
                        "PRIVATE KEY",
                        made.getKey("it", PASSWORD.toCharArray()).getEncoded()));
    }

    private static Path pem(Path file, String type, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }
}
