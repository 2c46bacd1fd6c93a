package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What holds for the {@code metadata} of every kind. */
final class MetadataRules {
    private static final String SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
    private static final Pattern NAME = Pattern.compile(SUBDOMAIN);
    /** Names of RBAC objects may hold more, such as the colons of {@code system:node}. */
    private static final Pattern PATH_SEGMENT = Pattern.compile("[^/%]+");

    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final int NAME_LENGTH = 253;
    private static final int LABEL_LENGTH = 63;
    private static final int ANNOTATIONS_BYTES = 256 << 10;

    private MetadataRules() {}

    static List<StatusException.Cause> check(ObjectNode object, Optional<ObjectNode> previous) {
        List<StatusException.Cause> causes = new ArrayList<>();
        checkName(object, causes);
        JsonNode metadata = object.path("metadata");
        checkTexts(metadata.path("annotations"), "metadata.annotations", causes);
        checkSize(metadata.path("annotations"), causes);
        checkTexts(metadata.path("labels"), "metadata.labels", causes);
        metadata.path("labels").properties().forEach(label -> {
            String value = label.getValue().asText();
            if (value.length() > LABEL_LENGTH || !LABEL_VALUE.matcher(value).matches()) {
                causes.add(StatusException.Cause.invalid(
                        "metadata.labels",
                        ("Invalid value: \"%s\": a valid label must be an empty string or consist of at most 63"
                                        + " alphanumeric characters, '-', '_' or '.', and must start and end with an"
                                        + " alphanumeric character")
                                .formatted(value)));
            }
        });
        previous.filter(Metadata::isTerminating).ifPresent(before -> {
            Set<String> present =
                    Set.copyOf(ResourceTypes.texts(before.path("metadata").path("finalizers")));
            for (String finalizer : ResourceTypes.texts(metadata.path("finalizers"))) {
                if (!present.contains(finalizer)) {
                    causes.add(new StatusException.Cause(
                            "FieldValueForbidden",
                            "Forbidden: no new finalizers can be added if the object is being deleted, found new"
                                    + " finalizers []string{\"%s\"}".formatted(finalizer),
                            "metadata.finalizers"));
                }
            }
        });
        return causes;
    }

    private static void checkName(ObjectNode object, List<StatusException.Cause> causes) {
        String name = Metadata.name(object);
        boolean rbac = object.path("apiVersion").asText().startsWith("rbac.authorization.k8s.io/");
        if (name.isEmpty()) {
            causes.add(StatusException.Cause.required("metadata.name", "name or generateName is required"));
        } else if (name.length() > NAME_LENGTH
                || !(rbac ? PATH_SEGMENT : NAME).matcher(name).matches()) {
            causes.add(StatusException.Cause.invalid(
                    "metadata.name",
                    ("Invalid value: \"%s\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                                    + " characters, '-' or '.', and must start and end with an alphanumeric character")
                            .formatted(name)));
        }
    }

    private static void checkSize(JsonNode annotations, List<StatusException.Cause> causes) {
        int bytes = annotations.properties().stream()
                .mapToInt(
                        member -> utf8(member.getKey()) + utf8(member.getValue().asText()))
                .sum();
        if (bytes > ANNOTATIONS_BYTES) {
            causes.add(new StatusException.Cause(
                    "FieldValueTooLong",
                    "Too long: may not be more than %d bytes".formatted(ANNOTATIONS_BYTES),
                    "metadata.annotations"));
        }
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkTexts(JsonNode map, String field, List<StatusException.Cause> causes) {
        map.properties().forEach(member -> {
            if (!member.getValue().isTextual()) {
                causes.add(StatusException.Cause.invalid(
                        field + "." + member.getKey(),
                        "Invalid value: %s: must be a string".formatted(member.getValue())));
            }
        });
    }
}
