package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.DeleteOptions;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ObjectWriter;
import dev.distillery.embedded.store.Patch;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.ResourceTypes;
import dev.distillery.embedded.store.StatusException;
import dev.distillery.embedded.store.Versions;
import dev.distillery.embedded.store.WriteOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The verbs on resources: get, list, watch, create, update, patch, delete; a pod's log, an account's token, reviews. */
final class ResourceEndpoint {
    private static final String APPLY_PATCH = "application/apply-patch+yaml";

    private final ResourceTypes types;
    private final ObjectStore store;
    private final ObjectWriter writer;
    private final Tables tables;
    private final PodLogFiles logs;
    private final ServiceAccountTokens tokens;
    private final Reviews reviews;

    ResourceEndpoint(
            ResourceTypes types,
            ObjectStore store,
            ObjectWriter writer,
            Tables tables,
            PodLogFiles logs,
            ServiceAccountTokens tokens) {
        this.types = types;
        this.store = store;
        this.writer = writer;
        this.tables = tables;
        this.logs = logs;
        this.tokens = tokens;
        this.reviews = new Reviews(tokens);
    }

    void serve(ApiRequest request, ApiResponse response) throws IOException, InterruptedException {
        ResourcePath path = ResourcePath.parse(request.segments(), types);
        boolean log = path.subresource().equals("log") && path.type().kind().equals("Pod");
        boolean status = path.subresource().equals("status") && path.type().statusSubresource();
        boolean token = path.subresource().equals("token") && path.type().kind().equals("ServiceAccount");
        if (!path.subresource().isEmpty() && !log && !status && !token) {
            throw StatusException.noSuchPath();
        }
        if (token || path.type().isReview()) {
            answer(path, request, response);
            return;
        }
        switch (log ? "LOG" : request.method()) {
            case "LOG" -> new PodLog(store, path.type(), path.key(), logs).serve(request, response);
            case "GET" -> read(path, request, response);
            case "POST" -> create(path, request, response);
            case "PUT" -> replace(path, request, response);
            case "PATCH" -> patch(path, request, response);
            case "DELETE" -> delete(path, request, response);
            default -> throw StatusException.methodNotAllowed();
        }
    }

    /** What is posted comes back with a status; nothing is stored. */
    private void answer(ResourcePath path, ApiRequest request, ApiResponse response) throws IOException {
        if (!request.method().equals("POST") || path.type().isReview() && !path.isCollection()) {
            throw StatusException.methodNotAllowed();
        }
        response.json(
                201,
                path.type().isReview()
                        ? reviews.answer(path.type(), request.object())
                        : tokens.issue(path.namespace(), path.name(), request.object()));
    }

    private void read(ResourcePath path, ApiRequest request, ApiResponse response)
            throws IOException, InterruptedException {
        if (request.flag("watch")) {
            watch(path, request, response);
        } else if (path.isCollection()) {
            response.json(200, list(path, request));
        } else {
            ObjectNode object = find(path);
            boolean table = request.wantsTable();
            response.json(
                    200,
                    table
                            ? tables.render(
                                    path.type(),
                                    List.of(object),
                                    Metadata.resourceVersion(object),
                                    request.query("includeObject"))
                            : object);
        }
    }

    private void watch(ResourcePath path, ApiRequest request, ApiResponse response)
            throws IOException, InterruptedException {
        if (request.wantsWebSocket()) {
            // An empty answer makes clients that try a websocket first fall back to the plain stream at once.
            response.empty(200);
            return;
        }
        new WatchStream(store, tables, path, request).serve(response);
    }

    private ObjectNode list(ResourcePath path, ApiRequest request) {
        ResourceType type = path.type();
        Predicate<JsonNode> selected = request.selector();
        ObjectStore.Listing listing = store.list(type, path.namespace());
        List<ObjectNode> items = listing.items().stream()
                .map(object -> Versions.present(type, object))
                .filter(selected)
                .toList();
        if (request.wantsTable()) {
            return tables.render(type, items, listing.resourceVersion(), request.query("includeObject"));
        }
        ObjectNode list = Json.object().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
        list.putObject("metadata").put("resourceVersion", listing.resourceVersion());
        ArrayNode array = list.putArray("items");
        items.forEach(array::add);
        return list;
    }

    private void create(ResourcePath path, ApiRequest request, ApiResponse response) throws IOException {
        boolean misplaced = path.type().namespaced() && path.namespace().isEmpty();
        if (!path.isCollection() || misplaced) {
            throw StatusException.methodNotAllowed();
        }
        ObjectNode object = request.object();
        response.json(201, writer.create(path.type(), path.namespace(), object, writeOptions(request, response)));
    }

    private void replace(ResourcePath path, ApiRequest request, ApiResponse response) throws IOException {
        requireObject(path);
        ObjectNode wanted = request.object();
        WriteOptions options = writeOptions(request, response);
        response.json(200, writer.update(path.type(), path.key(), path.subresource(), current -> wanted, options));
    }

    private void patch(ResourcePath path, ApiRequest request, ApiResponse response) throws IOException {
        requireObject(path);
        WriteOptions options = writeOptions(request, response);
        if (request.mediaType().equals(APPLY_PATCH)) {
            if (request.query("fieldManager").isEmpty()) {
                throw StatusException.badRequest(
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                                + " patch");
            }
            ObjectWriter.Written written =
                    writer.apply(path.type(), path.key(), path.subresource(), request.yamlObject(), options);
            response.json(written.created() ? 201 : 200, written.object());
            return;
        }
        Patch patch = Patch.of(request.mediaType(), path.type());
        response.json(
                200,
                writer.update(
                        path.type(),
                        path.key(),
                        path.subresource(),
                        current -> patch.apply(path.type(), current, request.json()),
                        options));
    }

    private void delete(ResourcePath path, ApiRequest request, ApiResponse response) throws IOException {
        DeleteOptions options = deleteOptions(request);
        if (path.isCollection()) {
            ObjectNode deleted = list(path, request);
            for (var item : deleted.path("items")) {
                writer.delete(path.type(), path.type().keyOf((ObjectNode) item), options);
            }
            response.json(200, deleted);
            return;
        }
        ObjectNode before = find(path);
        Optional<ObjectNode> left = writer.delete(path.type(), path.key(), options);
        response.json(200, left.orElseGet(() -> deleted(path, before)));
    }

    private static ObjectNode deleted(ResourcePath path, ObjectNode object) {
        ObjectNode status =
                Json.object().put("kind", "Status").put("apiVersion", "v1").put("status", "Success");
        status.putObject("metadata");
        status.putObject("details")
                .put("name", path.name())
                .put("group", path.type().group())
                .put("kind", path.type().plural())
                .put("uid", Metadata.uid(object));
        return status;
    }

    private ObjectNode find(ResourcePath path) {
        return store.find(path.key())
                .map(object -> Versions.present(path.type(), object))
                .orElseThrow(() -> StatusException.notFound(path.type(), path.name()));
    }

    private static void requireObject(ResourcePath path) {
        if (path.isCollection()) {
            throw StatusException.methodNotAllowed();
        }
    }

    private static WriteOptions writeOptions(ApiRequest request, ApiResponse response) {
        String agent = request.header("User-Agent").split("/")[0];
        String manager = request.query("fieldManager");
        WriteOptions.FieldValidation validation =
                switch (request.query("fieldValidation")) {
                    case "Strict" -> WriteOptions.FieldValidation.STRICT;
                    case "Ignore" -> WriteOptions.FieldValidation.IGNORE;
                    default -> WriteOptions.FieldValidation.WARN;
                };
        return new WriteOptions(
                manager.isEmpty() ? (agent.isEmpty() ? "unknown" : agent) : manager,
                request.query("dryRun").equals("All"),
                request.flag("force"),
                validation,
                response::warn);
    }

    /** Options come in the query or in the body; the query wins. */
    private static DeleteOptions deleteOptions(ApiRequest request) {
        ObjectNode body = request.hasBody() ? request.object() : Json.object();
        String propagation = request.query("propagationPolicy").isEmpty()
                ? body.path("propagationPolicy").asText("")
                : request.query("propagationPolicy");
        Optional<Long> grace = request.number("gracePeriodSeconds")
                .or(() -> Optional.of(body.path("gracePeriodSeconds"))
                        .filter(node -> node.isIntegralNumber())
                        .map(node -> node.asLong()));
        return new DeleteOptions(
                switch (propagation) {
                    case "" -> Optional.empty();
                    case "Background" -> Optional.of(DeleteOptions.Propagation.BACKGROUND);
                    case "Foreground" -> Optional.of(DeleteOptions.Propagation.FOREGROUND);
                    case "Orphan" -> Optional.of(DeleteOptions.Propagation.ORPHAN);
                    default ->
                        throw StatusException.badRequest(
                                "propagationPolicy: got %s, expected Background, Foreground or Orphan"
                                        .formatted(propagation));
                },
                grace,
                body.path("preconditions").path("uid").asText(""),
                body.path("preconditions").path("resourceVersion").asText(""),
                request.query("dryRun").equals("All")
                        || body.path("dryRun").path(0).asText().equals("All"));
    }
}
