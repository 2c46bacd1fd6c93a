package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The validation of built-in kinds: the mistakes that people make in the kinds that Distillery uses. */
final class BuiltinRules {
    private BuiltinRules() {}

    static List<StatusException.Cause> check(ObjectNode object) {
        List<StatusException.Cause> causes = new ArrayList<>();
        JsonNode spec = object.path("spec");
        switch (object.path("kind").asText()) {
            case "Pod" -> checkPodSpec(spec, "spec", causes);
            case "Job" -> checkJob(spec, causes);
            case "Secret" -> checkSecret(object, causes);
            case "ConfigMap" -> checkTexts(object.path("data"), causes);
            case "CustomResourceDefinition" -> checkDefinition(object, causes);
            default -> {}
        }
        return causes;
    }

    private static void checkJob(JsonNode spec, List<StatusException.Cause> causes) {
        for (String field : List.of("parallelism", "completions", "backoffLimit", "activeDeadlineSeconds")) {
            JsonNode value = spec.path(field);
            if (!value.isMissingNode() && (!value.isIntegralNumber() || value.asLong() < 0)) {
                causes.add(StatusException.Cause.invalid(
                        "spec." + field, "Invalid value: %s: must be greater than or equal to 0".formatted(value)));
            }
        }
        JsonNode podSpec = spec.path("template").path("spec");
        String restartPolicy = podSpec.path("restartPolicy").asText();
        if (!List.of("Never", "OnFailure").contains(restartPolicy)) {
            causes.add(new StatusException.Cause(
                    "FieldValueNotSupported",
                    "Unsupported value: \"%s\": supported values: \"OnFailure\", \"Never\"".formatted(restartPolicy),
                    "spec.template.spec.restartPolicy"));
        }
        checkPodSpec(podSpec, "spec.template.spec", causes);
    }

    private static void checkPodSpec(JsonNode spec, String path, List<StatusException.Cause> causes) {
        JsonNode containers = spec.path("containers");
        if (containers.isEmpty()) {
            causes.add(StatusException.Cause.required(path + ".containers", "at least one container"));
        }
        Set<String> volumes = new HashSet<>();
        spec.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < containers.size(); i++) {
            JsonNode container = containers.get(i);
            String at = "%s.containers[%d]".formatted(path, i);
            String name = container.path("name").asText();
            if (name.isEmpty()) {
                causes.add(StatusException.Cause.required(at + ".name", ""));
            } else if (!names.add(name)) {
                causes.add(new StatusException.Cause(
                        "FieldValueDuplicate", "Duplicate value: \"%s\"".formatted(name), at + ".name"));
            }
            if (container.path("image").asText().isEmpty()) {
                causes.add(StatusException.Cause.required(at + ".image", ""));
            }
            JsonNode mounts = container.path("volumeMounts");
            for (int j = 0; j < mounts.size(); j++) {
                String volume = mounts.get(j).path("name").asText();
                if (!volumes.contains(volume)) {
                    causes.add(new StatusException.Cause(
                            "FieldValueNotFound",
                            "Not found: \"%s\"".formatted(volume),
                            "%s.volumeMounts[%d].name".formatted(at, j)));
                }
            }
        }
    }

    private static void checkSecret(ObjectNode secret, List<StatusException.Cause> causes) {
        secret.path("data").properties().forEach(entry -> {
            try {
                Base64.getDecoder().decode(entry.getValue().asText());
            } catch (IllegalArgumentException e) {
                causes.add(StatusException.Cause.invalid(
                        "data." + entry.getKey(), "Invalid value: illegal base64 data: " + e.getMessage()));
            }
        });
    }

    private static void checkTexts(JsonNode data, List<StatusException.Cause> causes) {
        data.properties().forEach(entry -> {
            if (!entry.getValue().isTextual()) {
                causes.add(StatusException.Cause.invalid(
                        "data." + entry.getKey(), "Invalid value: %s: must be a string".formatted(entry.getValue())));
            }
        });
    }

    private static void checkDefinition(ObjectNode definition, List<StatusException.Cause> causes) {
        JsonNode spec = definition.path("spec");
        String expected = spec.path("names").path("plural").asText() + "."
                + spec.path("group").asText();
        if (!Metadata.name(definition).equals(expected)) {
            causes.add(StatusException.Cause.invalid(
                    "metadata.name",
                    "Invalid value: \"%s\": must be spec.names.plural+\".\"+spec.group"
                            .formatted(Metadata.name(definition))));
        }
        int stored = 0;
        for (JsonNode version : spec.path("versions")) {
            stored += version.path("storage").asBoolean() ? 1 : 0;
            if (!version.path("schema").path("openAPIV3Schema").isObject()) {
                causes.add(StatusException.Cause.required("spec.versions", "schemas are required"));
            }
        }
        if (stored != 1) {
            causes.add(StatusException.Cause.invalid(
                    "spec.versions", "Invalid value: must have exactly one version marked as storage version"));
        }
    }
}
