package dev.distillery.trainer.publish;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@value #FILE}: the SHA-256 of every other file of a version, as {@code sha256sum -c} reads it. */
public final class Checksums {
    public static final String FILE = "SHA256SUMS";
    /** The signature of {@value #FILE}. */
    public static final String SIGNATURE = FILE + ".sig";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\\\p{Cntrl}]+)\n");

    private Checksums() {}

    /** @return one line a file, by name */
    static byte[] render(Map<String, byte[]> files) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(files).forEach((name, content) -> text.append(Sha256.of(content))
                .append("  ")
                .append(name)
                .append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @return SHA-256, lower-case hex, by name
     * @throws IllegalArgumentException if the text is not exactly what {@link #render} writes
     */
    public static Map<String, String> parse(byte[] text) {
        Map<String, String> sums = new LinkedHashMap<>();
        Matcher line = LINE.matcher(new String(text, StandardCharsets.UTF_8));
        int end = 0;
        while (line.lookingAt()) {
            if (sums.put(line.group(2), line.group(1)) != null) {
                throw new IllegalArgumentException(line.group(2) + " twice");
            }
            end = line.end();
            line.region(end, line.regionEnd());
        }
        if (end < line.regionEnd() || sums.isEmpty()) {
            throw new IllegalArgumentException("line " + (sums.size() + 1) + " is no SHA-256 and file name");
        }
        return sums;
    }
}
