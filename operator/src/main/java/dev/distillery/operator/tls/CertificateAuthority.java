package dev.distillery.operator.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * Our own certificate authority with one server under it, P-256. Trainers trust the authority that was valid when they
 * started, so it lives for {@link #LIFE}; the server's certificate is replaced every other month.
 */
record CertificateAuthority(X509Certificate certificate, PrivateKey key) {
    static final Duration LIFE = Duration.ofDays(3650);
    static final Duration SERVER_LIFE = Duration.ofDays(90);

    /** Clocks differ. */
    private static final Duration BEFORE = Duration.ofMinutes(5);

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;
    private static final SecureRandom RANDOM = new SecureRandom();

    static CertificateAuthority create(Instant now) {
        KeyPair keys = newKeys();
        X500Principal name = new X500Principal("CN=distillery-progress-ca");
        Map<ASN1ObjectIdentifier, ASN1Encodable> extensions = new LinkedHashMap<>();
        extensions.put(Extension.basicConstraints, new BasicConstraints(0));
        extensions.put(Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        return new CertificateAuthority(
                sign(name, keys.getPrivate(), name, keys.getPublic(), now, LIFE, extensions), keys.getPrivate());
    }

    /**
     * @param host DNS name or IP address
     * @return entries of a Secret of type {@code kubernetes.io/tls}, and the authority's own
     */
    Map<String, String> issue(String host, Instant now) {
        KeyPair keys = newKeys();
        int kind = IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName;
        Map<ASN1ObjectIdentifier, ASN1Encodable> extensions = new LinkedHashMap<>();
        extensions.put(Extension.basicConstraints, new BasicConstraints(false));
        extensions.put(Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature));
        extensions.put(Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        extensions.put(Extension.subjectAlternativeName, new GeneralNames(new GeneralName(kind, host)));
        X509Certificate server = sign(
                certificate.getSubjectX500Principal(),
                key,
                new X500Principal("CN=distillery-progress"),
                keys.getPublic(),
                now,
                SERVER_LIFE,
                extensions);
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(ServerCertificate.AUTHORITY, pem(certificate));
        entries.put(ServerCertificate.AUTHORITY_KEY, pem(pkcs8(key)));
        entries.put(ServerCertificate.CERTIFICATE, pem(server));
        entries.put(ServerCertificate.KEY, pem(pkcs8(keys.getPrivate())));
        return entries;
    }

    /** Whether a certificate that is issued now would outlive the authority. */
    boolean isDue(Instant now) {
        return now.plus(SERVER_LIFE).isAfter(certificate.getNotAfter().toInstant());
    }

    private static X509Certificate sign(
            X500Principal issuer,
            PrivateKey issuerKey,
            X500Principal subject,
            PublicKey subjectKey,
            Instant now,
            Duration life,
            Map<ASN1ObjectIdentifier, ASN1Encodable> extensions) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    new BigInteger(SERIAL_BITS, RANDOM),
                    Date.from(now.minus(BEFORE)),
                    Date.from(now.plus(life)),
                    subject,
                    subjectKey);
            for (var extension : extensions.entrySet()) {
                boolean critical = !extension.getKey().equals(Extension.subjectAlternativeName)
                        && !extension.getKey().equals(Extension.extendedKeyUsage);
                builder.addExtension(extension.getKey(), critical, extension.getValue());
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(issuerKey)));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("a P-256 certificate can be made on every JDK", e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 is in every JDK", e);
        }
    }

    /** The form that names its curve; so do not all others. */
    private static PemObject pkcs8(PrivateKey key) {
        return new PemObject("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
