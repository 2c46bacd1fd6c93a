package dev.distillery.trainer.publish;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of one's own, in place of the system's. */
public final class Authority {
    /** The Secret's key that holds it, in PEM. */
    public static final String KEY = "ca.crt";

    private Authority() {}

    /** @throws TrainerException PUBLISH_FAILED if this is no certificate in PEM */
    public static TrustManager[] trustManagers(String pem) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Certificate each :
                    factory.generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("ca-" + count++, each);
            }
            if (count == 0) {
                throw new GeneralSecurityException("no certificate in it");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new TrainerException(
                    ExitCode.PUBLISH_FAILED,
                    "a destination's Secret, key " + KEY + ": got something that is no certificate (" + e.getMessage()
                            + "), expected one or more in PEM",
                    e);
        }
    }
}
