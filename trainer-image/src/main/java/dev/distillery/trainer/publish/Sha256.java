package dev.distillery.trainer.publish;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of content in memory. */
public final class Sha256 {
    private Sha256() {}

    /** @return lower-case hex */
    public static String of(byte[] content) {
        return HexFormat.of().formatHex(bytesOf(content));
    }

    public static byte[] bytesOf(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
