package dev.distillery.trainer.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in lower-case hex. */
final class Sha256 {
    private Sha256() {}

    static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }

    /** Leaves the buffer's position alone. */
    static String of(ByteBuffer content) {
        MessageDigest digest = create();
        digest.update(content.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }
}
