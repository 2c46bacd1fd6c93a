package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An object's {@code metadata.managedFields} as sets of paths by owner. An entry's time moves only with its set. */
final class ManagedFields {
    private record Entry(String apiVersion, String time, Set<FieldPath> paths) {}

    private final Map<FieldOwner, Entry> entries = new LinkedHashMap<>();
    private final String apiVersion;
    private final String now;

    private ManagedFields(String apiVersion, String now) {
        this.apiVersion = apiVersion;
        this.now = now;
    }

    /**
     * @param apiVersion written into the entries that change
     * @param now their time
     */
    static ManagedFields of(ObjectNode object, String apiVersion, String now) {
        ManagedFields fields = new ManagedFields(apiVersion, now);
        for (JsonNode entry : object.path("metadata").path("managedFields")) {
            if (entry.hasNonNull("manager")) {
                fields.entries.put(
                        FieldOwner.read(entry),
                        new Entry(
                                entry.path("apiVersion").asText(apiVersion),
                                entry.path("time").asText(now),
                                FieldSet.read(entry.path("fieldsV1"))));
            }
        }
        return fields;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    Set<FieldPath> of(FieldOwner owner) {
        Entry entry = entries.get(owner);
        return entry == null ? Set.of() : entry.paths();
    }

    Set<FieldPath> ofAll() {
        Set<FieldPath> all = new LinkedHashSet<>();
        entries.values().forEach(entry -> all.addAll(entry.paths()));
        return all;
    }

    /** The updater takes what it added or changed from everyone; what it removed belongs to no one. */
    void recordUpdate(FieldOwner updater, Map<FieldPath, JsonNode> before, Map<FieldPath, JsonNode> after) {
        Set<FieldPath> changed = new LinkedHashSet<>(after.keySet());
        changed.removeIf(path -> after.get(path).equals(before.get(path)));
        Set<FieldPath> removed = new LinkedHashSet<>(before.keySet());
        removed.removeAll(after.keySet());
        for (FieldOwner owner : List.copyOf(entries.keySet())) {
            Set<FieldPath> kept = new LinkedHashSet<>(of(owner));
            kept.removeAll(removed);
            if (!owner.equals(updater)) {
                kept.removeAll(changed);
            }
            replace(owner, kept);
        }
        if (!changed.isEmpty()) {
            changed.addAll(of(updater));
            replace(updater, changed);
        }
    }

    /** What others own of the applied fields and hold with another value. */
    List<StatusException.Cause> conflicts(
            FieldOwner applier, Map<FieldPath, JsonNode> applied, Map<FieldPath, JsonNode> live) {
        List<StatusException.Cause> causes = new ArrayList<>();
        entries.forEach((owner, entry) -> {
            if (!owner.equals(applier)) {
                for (FieldPath path : entry.paths()) {
                    if (applied.containsKey(path) && !applied.get(path).equals(live.get(path))) {
                        causes.add(new StatusException.Cause(
                                "FieldManagerConflict", owner.describe(entry.apiVersion()), path.toString()));
                    }
                }
            }
        });
        return causes;
    }

    /** The applier owns exactly what it applied; others lose what it changed by force. */
    void recordApply(FieldOwner applier, Map<FieldPath, JsonNode> applied, Map<FieldPath, JsonNode> live) {
        for (FieldOwner owner : List.copyOf(entries.keySet())) {
            if (!owner.equals(applier)) {
                Set<FieldPath> kept = new LinkedHashSet<>(of(owner));
                kept.removeIf(
                        path -> applied.containsKey(path) && !applied.get(path).equals(live.get(path)));
                replace(owner, kept);
            }
        }
        replace(applier, applied.keySet());
    }

    void writeTo(ObjectNode object) {
        ArrayNode list = Json.array();
        entries.forEach((owner, entry) -> {
            ObjectNode node = list.addObject();
            owner.write(node);
            node.put("apiVersion", entry.apiVersion()).put("time", entry.time()).put("fieldsType", "FieldsV1");
            node.set("fieldsV1", FieldSet.write(entry.paths()));
        });
        if (list.isEmpty()) {
            Metadata.of(object).remove("managedFields");
        } else {
            Metadata.of(object).set("managedFields", list);
        }
    }

    /** Whether two objects' fields have the same owners, whenever they became so. */
    static boolean sameOwners(ObjectNode one, ObjectNode other) {
        return of(one, "", "").owners().equals(of(other, "", "").owners());
    }

    private Map<FieldOwner, Set<FieldPath>> owners() {
        Map<FieldOwner, Set<FieldPath>> owners = new LinkedHashMap<>();
        entries.forEach((owner, entry) -> owners.put(owner, entry.paths()));
        return owners;
    }

    private void replace(FieldOwner owner, Set<FieldPath> paths) {
        if (paths.isEmpty()) {
            entries.remove(owner);
        } else if (!paths.equals(of(owner))) {
            entries.put(owner, new Entry(apiVersion, now, Set.copyOf(paths)));
        }
    }
}
