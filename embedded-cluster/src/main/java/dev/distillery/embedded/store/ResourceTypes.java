package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.schema.StructuralSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** The served types: a fixed set of built-in ones, and those that CustomResourceDefinitions add and take away. */
public final class ResourceTypes {
    private static final String RBAC = "rbac.authorization.k8s.io";

    private final Map<String, ResourceType> byPath = new ConcurrentSkipListMap<>();

    public ResourceTypes() {
        cluster("", "namespaces", "Namespace", true, "ns");
        cluster("", "nodes", "Node", true, "no");
        namespaced("", "pods", "Pod", true, "po");
        namespaced("", "configmaps", "ConfigMap", false, "cm");
        namespaced("", "secrets", "Secret", false);
        namespaced("", "services", "Service", true, "svc");
        namespaced("", "serviceaccounts", "ServiceAccount", false, "sa");
        namespaced("", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc");
        namespaced("", "events", "Event", false, "ev");
        namespaced("events.k8s.io", "events", "Event", false, "ev");
        namespaced("batch", "jobs", "Job", true);
        namespaced("apps", "deployments", "Deployment", true, "deploy");
        namespaced("coordination.k8s.io", "leases", "Lease", false);
        cluster(RBAC, "clusterroles", "ClusterRole", false);
        cluster(RBAC, "clusterrolebindings", "ClusterRoleBinding", false);
        namespaced(RBAC, "roles", "Role", false);
        namespaced(RBAC, "rolebindings", "RoleBinding", false);
        cluster("authentication.k8s.io", "tokenreviews", "TokenReview", true);
        cluster("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", true);
        cluster("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", true, "crd", "crds");
    }

    public Optional<ResourceType> find(String group, String version, String plural) {
        return Optional.ofNullable(byPath.get(path(group, version, plural)));
    }

    public Stream<ResourceType> all() {
        return byPath.values().stream();
    }

    /** A served version of the resource that the key belongs to. */
    ResourceType of(ObjectKey key) {
        return all().filter(type -> type.key("", "").sameResource(key))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no served type for " + key));
    }

    ResourceType builtin(String kind) {
        return all().filter(type -> type.is(kind)).findFirst().orElseThrow();
    }

    /** Serves every version that the definition marks as served, and no other. */
    void define(ObjectNode definition) {
        forget(definition);
        versionsOf(definition).forEach(this::add);
    }

    void forget(ObjectNode definition) {
        String group = definition.path("spec").path("group").asText();
        String plural = definition.path("spec").path("names").path("plural").asText();
        byPath.values()
                .removeIf(type -> type.group().equals(group) && type.plural().equals(plural));
    }

    static List<ResourceType> versionsOf(ObjectNode definition) {
        JsonNode spec = definition.path("spec");
        JsonNode names = spec.path("names");
        List<ResourceType> types = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (!version.path("served").asBoolean(true)) {
                continue;
            }
            JsonNode schema = version.path("schema").path("openAPIV3Schema");
            types.add(new ResourceType(
                    spec.path("group").asText(),
                    version.path("name").asText(),
                    names.path("plural").asText(),
                    names.path("singular").asText(),
                    names.path("kind").asText(),
                    spec.path("scope").asText().equals("Namespaced"),
                    texts(names.path("shortNames")),
                    texts(names.path("categories")),
                    version.path("subresources").has("status"),
                    Optional.of(new CustomDefinition(
                            schema, new StructuralSchema(schema), version.path("additionalPrinterColumns")))));
        }
        return types;
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return List.copyOf(texts);
    }

    private void namespaced(String group, String plural, String kind, boolean status, String... shortNames) {
        builtin(group, plural, kind, true, status, shortNames);
    }

    private void cluster(String group, String plural, String kind, boolean status, String... shortNames) {
        builtin(group, plural, kind, false, status, shortNames);
    }

    private void builtin(
            String group, String plural, String kind, boolean namespaced, boolean status, String... shortNames) {
        String singular = kind.toLowerCase(Locale.ROOT);
        List<String> categories =
                List.of("pods", "services", "jobs", "deployments").contains(plural) ? List.of("all") : List.of();
        add(new ResourceType(
                group,
                "v1",
                plural,
                singular,
                kind,
                namespaced,
                List.of(shortNames),
                categories,
                status,
                Optional.empty()));
    }

    private void add(ResourceType type) {
        byPath.put(path(type.group(), type.version(), type.plural()), type);
    }

    private static String path(String group, String version, String plural) {
        return group + "/" + version + "/" + plural;
    }
}
