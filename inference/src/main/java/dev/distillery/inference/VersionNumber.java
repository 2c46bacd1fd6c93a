package dev.distillery.inference;

import java.util.Optional;
import java.util.regex.Pattern;

/** The number of a published version, as folders, keys and tags have it: 1 to 999999999, without leading zeros. */
public final class VersionNumber {
    /** Regular expression. */
    public static final String PATTERN = "[1-9][0-9]{0,8}";

    private static final Pattern COMPILED = Pattern.compile(PATTERN);

    private VersionNumber() {}

    /** @return empty if this is the name of something else */
    public static Optional<Integer> of(String name) {
        return COMPILED.matcher(name).matches() ? Optional.of(Integer.valueOf(name)) : Optional.empty();
    }
}
