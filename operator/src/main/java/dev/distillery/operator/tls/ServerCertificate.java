package dev.distillery.operator.tls;

import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * What a server shows its clients, as a Secret of type {@code kubernetes.io/tls} holds it.
 *
 * @param authority what clients are to trust, in PEM
 * @param chain the server's certificate first
 * @param key of the server's certificate
 */
public record ServerCertificate(String authority, List<X509Certificate> chain, PrivateKey key) {
    static final String AUTHORITY = "ca.crt";
    static final String AUTHORITY_KEY = "ca.key";
    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";

    /** @throws IllegalArgumentException if an entry is missing or no PEM; names the Secret and the entry */
    static ServerCertificate of(Secret secret) {
        return new ServerCertificate(
                text(secret, AUTHORITY), certificates(secret, CERTIFICATE), privateKey(secret, KEY));
    }

    /** Whether two thirds of its time are over. */
    boolean isDue(Clock clock) {
        Instant from = chain.get(0).getNotBefore().toInstant();
        Duration life = Duration.between(from, chain.get(0).getNotAfter().toInstant());
        return !clock.instant().isBefore(from.plus(life.multipliedBy(2).dividedBy(3)));
    }

    /** Whether the server's certificate is for this host name or address. */
    boolean names(String host) {
        try {
            var names = chain.get(0).getSubjectAlternativeNames();
            return names != null && names.stream().anyMatch(name -> host.equals(name.get(1)));
        } catch (CertificateException e) {
            return false;
        }
    }

    static List<X509Certificate> certificates(Secret secret, String entry) {
        List<X509Certificate> found = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text(secret, entry)))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (next instanceof X509CertificateHolder holder) {
                    found.add(new JcaX509CertificateConverter().getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException e) {
            throw unreadable(secret, entry, "certificates in PEM", e);
        }
        if (found.isEmpty()) {
            throw unreadable(secret, entry, "certificates in PEM", null);
        }
        return List.copyOf(found);
    }

    static PrivateKey privateKey(Secret secret, String entry) {
        try (PEMParser parser = new PEMParser(new StringReader(text(secret, entry)))) {
            for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
                if (next instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (next instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
        } catch (IOException e) {
            throw unreadable(secret, entry, "a private key in PEM", e);
        }
        throw unreadable(secret, entry, "a private key in PEM", null);
    }

    private static String text(Secret secret, String entry) {
        String encoded = secret.getData() == null ? null : secret.getData().get(entry);
        if (encoded == null) {
            throw unreadable(secret, entry, "it to be there", null);
        }
        return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
    }

    /** Never says what was found: it may be a key. */
    private static IllegalArgumentException unreadable(Secret secret, String entry, String expected, Exception cause) {
        return new IllegalArgumentException(
                "Secret %s/%s: entry %s cannot be used, expected %s"
                        .formatted(
                                secret.getMetadata().getNamespace(),
                                secret.getMetadata().getName(),
                                entry,
                                expected),
                cause);
    }
}
