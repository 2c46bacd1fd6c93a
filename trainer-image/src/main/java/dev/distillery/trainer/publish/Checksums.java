package dev.distillery.trainer.publish;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.Sha256;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@value #FILE}: the SHA-256 of every other file of a version, as {@code sha256sum -c} reads it. A version is whole once it is there. */
public final class Checksums {
    public static final String FILE = "SHA256SUMS";
    /** The signature of {@value #FILE}. */
    public static final String SIGNATURE = FILE + ".sig";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\\\p{Cntrl}]+)\n");

    private Checksums() {}

    /** Where a version's files lie. */
    @FunctionalInterface
    public interface Files {
        /** @return empty if there is no such file */
        Optional<byte[]> content(String name) throws IOException;
    }

    /**
     * Compares what lies there with what was published.
     *
     * @param uri of the version, for messages
     * @param sums content of {@value #FILE}
     * @return SHA-256, lower-case hex, by name
     * @throws TrainerException PUBLISH_FAILED if a file is missing or another
     */
    public static Map<String, String> check(String uri, byte[] sums, Files files) throws IOException {
        try {
            Map<String, String> published = parse(sums);
            for (Map.Entry<String, String> file : published.entrySet()) {
                Optional<byte[]> there = files.content(file.getKey());
                if (there.isEmpty() || !Sha256.of(there.get()).equals(file.getValue())) {
                    throw changed(uri + "/" + file.getKey(), "SHA-256 " + file.getValue());
                }
            }
            return published;
        } catch (IllegalArgumentException e) {
            throw changed(uri + "/" + FILE, "a list of SHA-256 and file names; " + e.getMessage());
        }
    }

    private static TrainerException changed(String file, String expected) {
        return new TrainerException(
                ExitCode.PUBLISH_FAILED,
                file + ": was changed after it was published, expected " + expected
                        + "; delete that version, and this run publishes it again");
    }

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
