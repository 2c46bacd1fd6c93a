package dev.distillery.trainer.publish;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Certificate authorities of one's own: those of a destination's Secret in place of the system's, those of a file that the
 * environment names beside the system's.
 */
public final class Authority {
    /** The Secret's key that holds them, in PEM. */
    public static final String KEY = "ca.crt";

    private Authority() {}

    /**
     * @param variable of the environment that may name a file of them
     * @return what to trust, in PEM; empty for the system's authorities
     * @throws TrainerException PUBLISH_FAILED if one is named that is no certificate in PEM
     */
    public static Optional<String> of(Credentials credentials, String variable) {
        Optional<String> own = credentials.find(KEY);
        if (own.isPresent()) {
            certificates(own.get(), "a destination's Secret, key " + KEY);
            return own;
        }
        return credentials.variable(variable).map(file -> {
            List<Certificate> all = new ArrayList<>(certificates(read(variable, file), variable + "=" + file));
            for (TrustManager system : trustManagers(null)) {
                if (system instanceof X509TrustManager trust) {
                    all.addAll(List.of(trust.getAcceptedIssuers()));
                }
            }
            return pem(all);
        });
    }

    /** @param pem as {@link #of} gives it; null for the system's authorities */
    public static TrustManager[] trustManagers(String pem) {
        try {
            KeyStore store = null;
            if (pem != null) {
                store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                int count = 0;
                for (Certificate each : certificates(pem, KEY)) {
                    store.setCertificateEntry("ca-" + count++, each);
                }
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK has a key store in memory and X.509", e);
        }
    }

    private static String read(String variable, String file) {
        try {
            return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw invalid(variable + "=" + file, "a file that cannot be read (" + e + ")", e);
        }
    }

    private static Collection<? extends Certificate> certificates(String pem, String where) {
        try {
            Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)));
            if (all.isEmpty()) {
                throw new GeneralSecurityException("no certificate in it");
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw invalid(where, "something that is no certificate (" + e.getMessage() + ")", e);
        }
    }

    private static TrainerException invalid(String where, String got, Exception cause) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED, where + ": got " + got + ", expected one or more certificates in PEM", cause);
    }

    private static String pem(List<Certificate> certificates) {
        try {
            StringBuilder pem = new StringBuilder();
            for (Certificate each : certificates) {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder().encodeToString(each.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
            return pem.toString();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("what was decoded can be encoded", e);
        }
    }
}
