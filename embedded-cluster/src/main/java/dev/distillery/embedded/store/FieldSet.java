package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The {@code fieldsV1} notation of a set of paths: a tree whose leaves, and nodes with a {@code "."}, are members. */
final class FieldSet {
    private final Map<String, FieldSet> children = new TreeMap<>();
    private boolean member;

    private FieldSet() {}

    static ObjectNode write(Collection<FieldPath> paths) {
        FieldSet root = new FieldSet();
        for (FieldPath path : paths) {
            FieldSet node = root;
            for (String element : path.elements()) {
                node = node.children.computeIfAbsent(element, absent -> new FieldSet());
            }
            node.member = true;
        }
        return root.toJson();
    }

    static Set<FieldPath> read(JsonNode fieldsV1) {
        Set<FieldPath> paths = new LinkedHashSet<>();
        fieldsV1.properties().forEach(child -> read(FieldPath.ROOT.child(child.getKey()), child.getValue(), paths));
        return paths;
    }

    private static void read(FieldPath path, JsonNode node, Set<FieldPath> paths) {
        if (node.isEmpty() || node.has(".")) {
            paths.add(path);
        }
        node.properties().forEach(child -> {
            if (!child.getKey().equals(".")) {
                read(path.child(child.getKey()), child.getValue(), paths);
            }
        });
    }

    private ObjectNode toJson() {
        ObjectNode json = Json.object();
        if (member && !children.isEmpty()) {
            json.putObject(".");
        }
        children.forEach((element, child) -> json.set(element, child.toJson()));
        return json;
    }
}
