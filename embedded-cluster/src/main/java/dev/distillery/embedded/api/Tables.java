package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.ResourceType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Renders objects as the {@code Table} that {@code kubectl get} prints. */
final class Tables {
    private final Clock clock;

    Tables(Clock clock) {
        this.clock = clock;
    }

    /** @param includeObject {@code None}, {@code Object}, or else the metadata alone */
    ObjectNode render(ResourceType type, List<ObjectNode> objects, String resourceVersion, String includeObject) {
        List<Column> columns = columns(type);
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata").put("resourceVersion", resourceVersion);
        ArrayNode definitions = table.putArray("columnDefinitions");
        for (Column column : columns) {
            definitions
                    .addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("format", column.format())
                    .put("description", "")
                    .put("priority", column.priority());
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            columns.forEach(column -> cells.add(column.cell().apply(object)));
            if (includeObject.equals("Object")) {
                row.set("object", object);
            } else if (!includeObject.equals("None")) {
                row.putObject("object")
                        .put("kind", "PartialObjectMetadata")
                        .put("apiVersion", "meta.k8s.io/v1")
                        .set("metadata", object.path("metadata"));
            }
        }
        return table;
    }

    private List<Column> columns(ResourceType type) {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.objectName());
        if (type.custom().isPresent()) {
            JsonNode printed = type.custom().get().printerColumns();
            printed.forEach(column -> columns.add(printerColumn(column)));
            if (printed.isEmpty()) {
                columns.add(age());
            }
            return columns;
        }
        switch (type.kind()) {
            case "Pod" -> columns.addAll(pod());
            case "Job" -> columns.addAll(job());
            case "ConfigMap" -> columns.add(Column.text("Data", Tables::dataCount));
            case "Secret" ->
                columns.addAll(List.of(Column.at("Type", "/type"), Column.text("Data", Tables::dataCount)));
            case "Namespace" -> columns.add(Column.at("Status", "/status/phase"));
            case "Node" ->
                columns.addAll(List.of(
                        Column.text("Status", object -> condition(object, "Ready") ? "Ready" : "NotReady"),
                        Column.at("Version", "/status/nodeInfo/kubeletVersion")));
            case "PersistentVolumeClaim" ->
                columns.addAll(List.of(
                        Column.at("Status", "/status/phase"),
                        Column.at("Volume", "/spec/volumeName"),
                        Column.at("Capacity", "/status/capacity/storage")));
            case "Event" -> {
                return event();
            }
            default -> {}
        }
        columns.add(age());
        return columns;
    }

    private Column printerColumn(JsonNode column) {
        String name = column.path("name").asText();
        String path = column.path("jsonPath").asText();
        int priority = column.path("priority").asInt();
        if (column.path("type").asText().equals("date")) {
            return new Column(name, "date", "", priority, object -> {
                JsonNode value = ColumnPath.find(object, path);
                return value.isTextual()
                        ? TextNode.valueOf(Age.since(value.asText(), clock.instant()))
                        : NullNode.getInstance();
            });
        }
        return Column.value(name, column.path("type").asText("string"), priority, path);
    }

    private List<Column> pod() {
        return List.of(
                Column.text(
                        "Ready",
                        pod -> (condition(pod, "Ready") ? 1 : 0) + "/"
                                + pod.at("/spec/containers").size()),
                Column.text("Status", Tables::podStatus),
                Column.text("Restarts", pod -> pod.at("/status/containerStatuses/0/restartCount")
                        .asText("0")));
    }

    private List<Column> job() {
        return List.of(
                Column.text("Status", Tables::jobStatus),
                Column.text(
                        "Completions",
                        job -> job.at("/status/succeeded").asInt() + "/"
                                + job.at("/spec/completions").asInt(1)),
                Column.text("Duration", this::jobDuration));
    }

    private List<Column> event() {
        return List.of(
                Column.text("Last Seen", event -> {
                    String last = event.path("lastTimestamp")
                            .asText(event.path("deprecatedLastTimestamp").asText(""));
                    return Age.since(
                            last.isEmpty()
                                    ? event.at("/metadata/creationTimestamp").asText()
                                    : last,
                            clock.instant());
                }),
                Column.at("Type", "/type"),
                Column.at("Reason", "/reason"),
                Column.text("Object", event -> {
                    JsonNode involved = event.path(event.has("regarding") ? "regarding" : "involvedObject");
                    return (involved.path("kind").asText() + "/"
                                    + involved.path("name").asText())
                            .toLowerCase(Locale.ROOT);
                }),
                Column.text("Message", event -> event.path("message")
                        .asText(event.path("note").asText(""))));
    }

    private Column age() {
        return Column.text(
                "Age",
                object -> Age.since(object.at("/metadata/creationTimestamp").asText(), clock.instant()));
    }

    private String jobDuration(JsonNode job) {
        String start = job.at("/status/startTime").asText("");
        String end = job.at("/status/completionTime").asText(clock.instant().toString());
        return start.isEmpty() ? "" : Age.between(start, end);
    }

    private static String jobStatus(JsonNode job) {
        for (String type : List.of("Complete", "Failed", "Suspended")) {
            if (condition(job, type)) {
                return type;
            }
        }
        return job.path("metadata").has("deletionTimestamp") ? "Terminating" : "Running";
    }

    private static String podStatus(JsonNode pod) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        JsonNode state = pod.at("/status/containerStatuses/0/state");
        for (String field : List.of("waiting", "terminated")) {
            if (state.path(field).hasNonNull("reason")) {
                return state.path(field).path("reason").asText();
            }
        }
        return pod.at("/status/phase").asText();
    }

    private static String dataCount(JsonNode object) {
        return Integer.toString(
                object.path("data").size() + object.path("binaryData").size());
    }

    private static boolean condition(JsonNode object, String type) {
        for (JsonNode condition : object.at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }
}
