package dev.distillery.embedded.api;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A fresh key and a certificate for 127.0.0.1 that is its own authority. Clients of Kubernetes send a bearer token over
 * TLS only, and the JDK has no public API that makes certificates, hence the few lines of DER here.
 */
final class SelfSignedCertificate {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int IP_ADDRESS = 0x87;
    private static final int VERSION = 0xa0;
    private static final int EXTENSIONS = 0xa3;

    private static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02};
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
    private static final byte[] SUBJECT_ALTERNATIVE_NAME = {0x55, 0x1d, 0x11};
    private static final byte[] BASIC_CONSTRAINTS = {0x55, 0x1d, 0x13};
    private static final byte[] IS_AUTHORITY = {SEQUENCE, 0x03, 0x01, 0x01, (byte) 0xff};
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int VALID_DAYS = 365;

    private final KeyPair keys;
    private final byte[] encoded;

    private SelfSignedCertificate(KeyPair keys, byte[] encoded) {
        this.keys = keys;
        this.encoded = encoded;
    }

    static SelfSignedCertificate create(Instant now) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        byte[] body = body(keys, now);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(keys.getPrivate());
        signature.update(body);
        byte[] signed = tag(BIT_STRING, new byte[] {0}, signature.sign());
        return new SelfSignedCertificate(keys, tag(SEQUENCE, body, algorithm(), signed));
    }

    String pem() {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n".formatted(lines.encodeToString(encoded));
    }

    SSLContext serverContext() throws GeneralSecurityException, IOException {
        Certificate certificate =
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        char[] noPassword = new char[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, noPassword);
        store.setKeyEntry("server", keys.getPrivate(), noPassword, new Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, noPassword);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static byte[] body(KeyPair keys, Instant now) {
        byte[] name = tag(
                SEQUENCE,
                tag(
                        SET,
                        tag(
                                SEQUENCE,
                                tag(OBJECT_IDENTIFIER, COMMON_NAME),
                                tag(UTF8_STRING, "distillery-embedded-cluster".getBytes(StandardCharsets.UTF_8)))));
        byte[] validity = tag(SEQUENCE, time(now.minusSeconds(60)), time(now.plusSeconds(VALID_DAYS * 24L * 60 * 60)));
        byte[] extensions = tag(
                EXTENSIONS,
                tag(
                        SEQUENCE,
                        extension(BASIC_CONSTRAINTS, IS_AUTHORITY),
                        extension(SUBJECT_ALTERNATIVE_NAME, tag(SEQUENCE, tag(IP_ADDRESS, LOOPBACK)))));
        byte[] serial = BigInteger.valueOf(now.toEpochMilli()).toByteArray();
        return tag(
                SEQUENCE,
                tag(VERSION, tag(INTEGER, new byte[] {2})),
                tag(INTEGER, serial),
                algorithm(),
                name,
                validity,
                name,
                keys.getPublic().getEncoded(),
                extensions);
    }

    private static byte[] algorithm() {
        return tag(SEQUENCE, tag(OBJECT_IDENTIFIER, ECDSA_WITH_SHA256));
    }

    private static byte[] extension(byte[] identifier, byte[] value) {
        return tag(SEQUENCE, tag(OBJECT_IDENTIFIER, identifier), tag(OCTET_STRING, value));
    }

    private static byte[] time(Instant instant) {
        return tag(GENERALIZED_TIME, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    /** One DER element: tag, length, and the contents one after the other. */
    private static byte[] tag(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        if (length < 0x80) {
            element.write(length);
        } else if (length < 0x100) {
            element.write(0x81);
            element.write(length);
        } else {
            element.write(0x82);
            element.write(length >> 8);
            element.write(length & 0xff);
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
