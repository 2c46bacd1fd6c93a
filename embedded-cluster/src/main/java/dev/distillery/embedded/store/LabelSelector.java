package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A label selector in its text form: {@code a=b}, {@code a!=b}, {@code a in (b,c)}, {@code a notin (b)}, {@code a}, {@code !a}. */
public final class LabelSelector {
    private static final String KEY = "([\\w./-]+)";
    private static final Pattern SET = Pattern.compile(KEY + "\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern EQUALITY = Pattern.compile(KEY + "\\s*(==|=|!=)\\s*([\\w.-]*)");
    private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*" + KEY);
    private static final Pattern COMMA_OUTSIDE_PARENTHESES = Pattern.compile(",(?![^(]*\\))");

    private LabelSelector() {}

    /** @throws StatusException 400 when the text is no selector */
    public static Predicate<JsonNode> parse(String text) {
        List<Predicate<JsonNode>> requirements = new ArrayList<>();
        for (String part : COMMA_OUTSIDE_PARENTHESES.split(text)) {
            if (!part.isBlank()) {
                requirements.add(requirement(part.trim()));
            }
        }
        return object -> {
            JsonNode labels = object.path("metadata").path("labels");
            return requirements.stream().allMatch(requirement -> requirement.test(labels));
        };
    }

    private static Predicate<JsonNode> requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            Set<String> values =
                    Stream.of(set.group(3).split(",")).map(String::trim).collect(Collectors.toSet());
            Predicate<JsonNode> in = labels -> labels.has(set.group(1))
                    && values.contains(labels.get(set.group(1)).asText());
            return set.group(2).equals("in") ? in : in.negate();
        }
        Matcher equality = EQUALITY.matcher(text);
        if (equality.matches()) {
            Predicate<JsonNode> equal = labels -> labels.has(equality.group(1))
                    && labels.get(equality.group(1)).asText().equals(equality.group(3));
            return equality.group(2).equals("!=") ? equal.negate() : equal;
        }
        Matcher existence = EXISTENCE.matcher(text);
        if (existence.matches()) {
            Predicate<JsonNode> exists = labels -> labels.has(existence.group(2));
            return existence.group(1).isEmpty() ? exists : exists.negate();
        }
        throw StatusException.badRequest("unable to parse requirement: " + text);
    }
}
