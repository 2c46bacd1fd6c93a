package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code /api}, {@code /apis} and what lies directly below: which groups, versions and resources are served. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final ResourceTypes types;

    Discovery(ResourceTypes types) {
        this.types = types;
    }

    static boolean covers(List<String> segments) {
        return segments.isEmpty()
                || (segments.get(0).equals("api") && segments.size() <= 2)
                || (segments.get(0).equals("apis") && segments.size() <= 3);
    }

    /** The version whose behaviour the server follows; the suffix says what it is. */
    static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "32")
                .put("gitVersion", "v1.32.0-distillery.embedded")
                .put("gitCommit", "")
                .put("gitTreeState", "")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "none")
                .put("compiler", "none")
                .put("platform", "embedded");
    }

    ObjectNode document(List<String> segments) {
        if (segments.isEmpty()) {
            ObjectNode paths = Json.object();
            ArrayNode list = paths.putArray("paths")
                    .add("/api")
                    .add("/apis")
                    .add("/openapi/v3")
                    .add("/version");
            types.all().map(ResourceType::apiPath).distinct().forEach(list::add);
            return paths;
        }
        boolean core = segments.get(0).equals("api");
        if (segments.size() == 1) {
            return core ? coreVersions() : groups();
        }
        if (!core && segments.size() == 2) {
            return require(group(segments.get(1)), "versions")
                    .put("kind", "APIGroup")
                    .put("apiVersion", "v1");
        }
        String apiVersion = String.join("/", segments.subList(1, segments.size()));
        return require(resources(apiVersion, core), "resources");
    }

    private ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    private ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        types.all()
                .map(ResourceType::group)
                .filter(Predicate.not(String::isEmpty))
                .distinct()
                .forEach(name -> groups.add(group(name)));
        return list;
    }

    private ObjectNode group(String name) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode versions = group.putArray("versions");
        types.all()
                .filter(type -> type.group().equals(name))
                .map(ResourceType::version)
                .distinct()
                .forEach(version -> versions.addObject()
                        .put("groupVersion", name + "/" + version)
                        .put("version", version));
        if (!versions.isEmpty()) {
            group.set("preferredVersion", versions.get(0));
        }
        return group;
    }

    private ObjectNode resources(String apiVersion, boolean core) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", apiVersion);
        ArrayNode resources = list.putArray("resources");
        types.all()
                .filter(type ->
                        type.apiVersion().equals(apiVersion) && type.group().isEmpty() == core)
                .forEach(type -> {
                    ObjectNode resource =
                            resource(resources, type, "", type.isReview() ? Stream.of("create") : VERBS.stream());
                    resource.put("singularName", type.singular());
                    addTexts(resource, "shortNames", type.shortNames());
                    addTexts(resource, "categories", type.categories());
                    if (type.statusSubresource() && !type.isReview()) {
                        resource(resources, type, "/status", Stream.of("get", "patch", "update"));
                    }
                    if (type.kind().equals("Pod")) {
                        resource(resources, type, "/log", Stream.of("get"));
                    }
                    if (type.kind().equals("ServiceAccount")) {
                        resource(resources, type, "/token", Stream.of("create"))
                                .put("group", "authentication.k8s.io")
                                .put("version", "v1")
                                .put("kind", "TokenRequest");
                    }
                });
        return list;
    }

    private static ObjectNode resource(ArrayNode list, ResourceType type, String suffix, Stream<String> verbs) {
        ObjectNode resource = list.addObject()
                .put("name", type.plural() + suffix)
                .put("singularName", "")
                .put("namespaced", type.namespaced())
                .put("kind", type.kind());
        ArrayNode verbList = resource.putArray("verbs");
        verbs.forEach(verbList::add);
        return resource;
    }

    private static void addTexts(ObjectNode resource, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode list = resource.putArray(field);
            texts.forEach(list::add);
        }
    }

    private static ObjectNode require(ObjectNode document, String list) {
        if (document.path(list).isEmpty()) {
            throw StatusException.noSuchPath();
        }
        return document;
    }
}
