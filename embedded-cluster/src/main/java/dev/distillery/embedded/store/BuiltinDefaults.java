package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;

/** The defaults that Kubernetes writes into built-in kinds, as far as clients and the runner look at them. */
final class BuiltinDefaults {
    private BuiltinDefaults() {}

    static void apply(ObjectNode object, Clock clock) {
        switch (object.path("kind").asText()) {
            case "Namespace" -> {
                Metadata.of(object)
                        .withObjectProperty("labels")
                        .put("kubernetes.io/metadata.name", Metadata.name(object));
                preset(object.withObjectProperty("status"), "phase", "Active");
            }
            case "Secret" -> secret(object);
            case "Pod" -> pod(object);
            case "Job" -> job(object);
            case "PersistentVolumeClaim" -> preset(object.withObjectProperty("status"), "phase", "Pending");
            case "CustomResourceDefinition" -> definition(object, clock);
            default -> {}
        }
    }

    private static void secret(ObjectNode secret) {
        preset(secret, "type", "Opaque");
        JsonNode plain = secret.remove("stringData");
        if (plain != null) {
            ObjectNode data = secret.withObjectProperty("data");
            plain.properties().forEach(entry -> {
                byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
                data.put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
            });
        }
    }

    private static void pod(ObjectNode pod) {
        podSpec(pod.withObjectProperty("spec"), "Always");
        preset(pod.withObjectProperty("spec"), "serviceAccountName", "default");
        preset(pod.withObjectProperty("status"), "phase", "Pending");
        preset(pod.withObjectProperty("status"), "qosClass", "BestEffort");
    }

    private static void podSpec(ObjectNode spec, String restartPolicy) {
        preset(spec, "restartPolicy", restartPolicy);
        preset(spec, "dnsPolicy", "ClusterFirst");
        preset(spec, "schedulerName", "default-scheduler");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        for (JsonNode node : spec.path("containers")) {
            if (node instanceof ObjectNode container) {
                String image = container.path("image").asText();
                boolean latest = image.endsWith(":latest") || image.lastIndexOf(':') <= image.lastIndexOf('/');
                preset(container, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
                preset(container, "terminationMessagePath", "/dev/termination-log");
                preset(container, "terminationMessagePolicy", "File");
                container.withObjectProperty("resources");
            }
        }
    }

    private static void job(ObjectNode job) {
        ObjectNode spec = job.withObjectProperty("spec");
        preset(spec, "completionMode", "NonIndexed");
        preset(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        if (!spec.has("parallelism") && !spec.has("completions")) {
            spec.put("completions", 1);
        }
        if (!spec.has("parallelism")) {
            spec.put("parallelism", 1);
        }
        if (!spec.has("backoffLimit")) {
            spec.put("backoffLimit", 6);
        }
        if (!spec.has("suspend")) {
            spec.put("suspend", false);
        }
        String uid = Metadata.uid(job);
        spec.withObjectProperty("selector")
                .withObjectProperty("matchLabels")
                .put("batch.kubernetes.io/controller-uid", uid);
        ObjectNode template = spec.withObjectProperty("template");
        template.withObjectProperty("metadata")
                .withObjectProperty("labels")
                .put("batch.kubernetes.io/controller-uid", uid)
                .put("batch.kubernetes.io/job-name", Metadata.name(job))
                .put("controller-uid", uid)
                .put("job-name", Metadata.name(job));
        podSpec(template.withObjectProperty("spec"), "Always");
    }

    /** A definition is established at once: its types are served as soon as it is stored. */
    private static void definition(ObjectNode definition, Clock clock) {
        ObjectNode names = definition.withObjectProperty("spec").withObjectProperty("names");
        preset(names, "singular", names.path("kind").asText().toLowerCase(Locale.ROOT));
        preset(names, "listKind", names.path("kind").asText() + "List");
        ObjectNode status = definition.withObjectProperty("status");
        status.set("acceptedNames", names.deepCopy());
        if (!status.has("storedVersions")) {
            var stored = status.putArray("storedVersions");
            for (JsonNode version : definition.path("spec").path("versions")) {
                if (version.path("storage").asBoolean()) {
                    stored.add(version.path("name").asText());
                }
            }
        }
        if (!status.has("conditions")) {
            String now = Metadata.timestamp(clock);
            var conditions = status.putArray("conditions");
            conditions
                    .addObject()
                    .put("type", "NamesAccepted")
                    .put("status", "True")
                    .put("reason", "NoConflicts")
                    .put("message", "no conflicts found")
                    .put("lastTransitionTime", now);
            conditions
                    .addObject()
                    .put("type", "Established")
                    .put("status", "True")
                    .put("reason", "InitialNamesAccepted")
                    .put("message", "the initial names have been accepted")
                    .put("lastTransitionTime", now);
        }
    }

    private static void preset(ObjectNode object, String field, String value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }
}
