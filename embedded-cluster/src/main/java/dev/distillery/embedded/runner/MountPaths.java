package dev.distillery.embedded.runner;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns paths inside the container into local ones, as there is no mount namespace. A mount path counts wherever it
 * stands as a whole path or as the head of one: alone, after {@code =} or {@code file://}, between blanks or quotes.
 */
final class MountPaths {
    private final Map<String, Path> localByMount;
    private final Pattern pattern;

    MountPaths(Map<String, Path> localByMount) {
        this.localByMount = Map.copyOf(localByMount);
        String longestFirst = localByMount.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        this.pattern = Pattern.compile("(?:(?<![\\w./-])|(?<=file://))(" + longestFirst + ")(?![\\w.-])");
    }

    String rewrite(String text) {
        if (localByMount.isEmpty()) {
            return text;
        }
        return pattern.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        localByMount.get(match.group(1)).toString()));
    }
}
