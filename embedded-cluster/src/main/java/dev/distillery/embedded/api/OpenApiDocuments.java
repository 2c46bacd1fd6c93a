package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import java.util.List;

/**
 * {@code /openapi/v3}: one document per group and version. Custom resources carry their schema; built-in kinds are
 * plain objects, which clients know without being told. Operations list the parameters that kubectl looks for before
 * it trusts the server to validate.
 */
final class OpenApiDocuments {
    private static final String ROOT = "/openapi/v3";
    private static final List<String> PARAMETERS = List.of("dryRun", "fieldManager", "fieldValidation", "force");

    private final ResourceTypes types;

    OpenApiDocuments(ResourceTypes types) {
        this.types = types;
    }

    ObjectNode document(String path) {
        if (path.equals(ROOT)) {
            ObjectNode index = Json.object();
            ObjectNode paths = index.putObject("paths");
            types.all().map(ResourceType::apiPath).distinct().forEach(apiPath -> paths.putObject(apiPath.substring(1))
                    .put("serverRelativeURL", ROOT + apiPath));
            return index;
        }
        List<ResourceType> described =
                types.all().filter(type -> path.equals(ROOT + type.apiPath())).toList();
        if (described.isEmpty()) {
            throw StatusException.noSuchPath();
        }
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Distillery embedded cluster").put("version", "v1");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (ResourceType type : described) {
            describe(type, paths, schemas);
        }
        return document;
    }

    private static void describe(ResourceType type, ObjectNode paths, ObjectNode schemas) {
        ObjectNode identity = Json.object()
                .put("group", type.group())
                .put("version", type.version())
                .put("kind", type.kind());
        String collection = type.apiPath() + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.plural();
        operation(paths.withObjectProperty(collection).putObject("post"), "post", identity);
        for (String verb : List.of("get", "put", "patch", "delete")) {
            operation(paths.withObjectProperty(collection + "/{name}").putObject(verb), verb, identity);
        }
        ObjectNode schema = type.custom()
                .map(definition -> (ObjectNode) definition.schema().deepCopy())
                .orElseGet(() -> Json.object().put("type", "object"));
        schema.putArray("x-kubernetes-group-version-kind").add(identity);
        ObjectNode properties = schema.withObjectProperty("properties");
        for (String name : List.of("apiVersion", "kind")) {
            properties.withObjectProperty(name).put("type", "string");
        }
        properties.withObjectProperty("metadata").put("type", "object");
        String prefix = type.group().isEmpty() ? "core" : type.group();
        schemas.set("%s.%s.%s".formatted(prefix, type.version(), type.kind()), schema);
    }

    private static void operation(ObjectNode operation, String action, ObjectNode identity) {
        operation.put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", identity);
        ArrayNode parameters = operation.putArray("parameters");
        PARAMETERS.forEach(name -> parameters
                .addObject()
                .put("name", name)
                .put("in", "query")
                .putObject("schema")
                .put("type", "string"));
    }
}
