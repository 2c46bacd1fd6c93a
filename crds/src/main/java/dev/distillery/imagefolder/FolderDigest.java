package dev.distillery.imagefolder;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The digest of a folder of images: SHA-256 over what {@code sha256sum} prints for them in the order of their paths, one
 * line {@code <sha256>  <path>} each. So, in the folder:
 *
 * <pre>
 * find -L * -mindepth 1 -type f '(' -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' ')' ! -path '*[/].*' -print0 |
 *   LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
 * </pre>
 *
 * <p>It is over the files' bytes, not over pixels: another decoder does not change it. An image that cannot be read at all
 * counts with the digest {@value #UNREADABLE}.
 */
public final class FolderDigest {
    public static final String UNREADABLE = "unreadable";

    private final MessageDigest lines = sha256();

    /** Adds the next file; call it in the order of {@link ImageFolder#files()}. */
    public void add(String path, String sha256) {
        lines.update((sha256 + "  " + path + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** @return lower-case hex, of all that was added; may be called once */
    public String hex() {
        return HexFormat.of().formatHex(lines.digest());
    }

    /** @return SHA-256 of a file's bytes, lower-case hex */
    public static String of(byte[] file) {
        return HexFormat.of().formatHex(sha256().digest(file));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every JDK", e);
        }
    }
}
