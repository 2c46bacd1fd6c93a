package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A field selector in its text form, {@code metadata.name=x,status.phase!=y}, for the fields that Kubernetes indexes. */
public final class FieldSelector {
    private static final Pattern OPERATOR = Pattern.compile("!=|==|=");
    private static final Pattern SUPPORTED = Pattern.compile(
            "metadata\\.(name|namespace)|involvedObject\\.\\w+|regarding\\.\\w+|status\\.(phase|successful|podIP)"
                    + "|spec\\.(nodeName|restartPolicy|schedulerName|serviceAccountName)|type|reason|source"
                    + "|reportingComponent");

    private FieldSelector() {}

    /** @throws StatusException 400 when the text is no selector or names another field */
    public static Predicate<JsonNode> parse(String text) {
        List<Predicate<JsonNode>> requirements = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                requirements.add(requirement(part.trim()));
            }
        }
        return object -> requirements.stream().allMatch(requirement -> requirement.test(object));
    }

    private static Predicate<JsonNode> requirement(String text) {
        String[] sides = OPERATOR.split(text, 2);
        if (sides.length != 2) {
            throw StatusException.badRequest("invalid selector: '%s'; can't understand '%s'".formatted(text, text));
        }
        if (!SUPPORTED.matcher(sides[0]).matches()) {
            throw StatusException.badRequest("field label not supported: " + sides[0]);
        }
        String pointer = "/" + sides[0].replace('.', '/');
        Predicate<JsonNode> equal = object -> object.at(pointer).asText("").equals(sides[1]);
        return text.contains("!=") ? equal.negate() : equal;
    }
}
