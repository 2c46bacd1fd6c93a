package dev.distillery.trainer.publish;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, of content in memory or as it is read. */
public final class Sha256 {
    private Sha256() {}

    /** @return lower-case hex */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(bytesOf(content));
    }

    public static byte[] bytesOf(byte[] content) {
        return digest().digest(content);
    }

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
