package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shape of built-in kinds, told by a field's name and its parent's. The names are those of the {@code listMapKey}
 * and {@code mapType} markers in the Kubernetes API types.
 *
 * @param parent the name of the field that holds this one; empty at the top
 */
record BuiltinShape(String parent, String name) implements Shape {
    private static final Map<String, List<String>> KEYS = Map.ofEntries(
            Map.entry("ownerReferences", List.of("uid")),
            Map.entry("containers", List.of("name")),
            Map.entry("initContainers", List.of("name")),
            Map.entry("volumes", List.of("name")),
            Map.entry("env", List.of("name")),
            Map.entry("imagePullSecrets", List.of("name")),
            Map.entry("secrets", List.of("name")),
            Map.entry("schedulingGates", List.of("name")),
            Map.entry("resourceClaims", List.of("name")),
            Map.entry("volumeMounts", List.of("mountPath")),
            Map.entry("volumeDevices", List.of("devicePath")),
            Map.entry("hostAliases", List.of("ip")),
            Map.entry("podIPs", List.of("ip")),
            Map.entry("topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable")),
            Map.entry("conditions", List.of("type")));
    private static final Set<String> ATOMIC_OBJECTS = Set.of(
            "selector",
            "labelSelector",
            "nodeSelector",
            "configMapKeyRef",
            "secretKeyRef",
            "fieldRef",
            "resourceFieldRef",
            "involvedObject",
            "roleRef",
            "secretRef",
            "configMapRef");

    static BuiltinShape root() {
        return new BuiltinShape("", "");
    }

    static BuiltinShape metadata() {
        return root().field("metadata");
    }

    @Override
    public BuiltinShape field(String field) {
        return new BuiltinShape(name, field);
    }

    @Override
    public BuiltinShape item() {
        return this;
    }

    @Override
    public ListKind listKind() {
        if (name.equals("finalizers") && parent.equals("metadata")) {
            return ListKind.SET;
        }
        return keys().isEmpty() ? ListKind.ATOMIC : ListKind.MAP;
    }

    @Override
    public List<String> keys() {
        if (name.equals("ports")) {
            return List.of(parent.equals("containers") ? "containerPort" : "port", "protocol");
        }
        return KEYS.getOrDefault(name, List.of());
    }

    @Override
    public JsonNode keyDefault(String key) {
        return key.equals("protocol") ? TextNode.valueOf("TCP") : MissingNode.getInstance();
    }

    @Override
    public boolean atomic() {
        return ATOMIC_OBJECTS.contains(name);
    }

    @Override
    public boolean openKeys() {
        return false;
    }
}
