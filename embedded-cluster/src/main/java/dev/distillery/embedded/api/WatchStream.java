package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.distillery.embedded.store.ChangeEvent;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.Metadata;
import dev.distillery.embedded.store.ObjectStore;
import dev.distillery.embedded.store.ResourceType;
import dev.distillery.embedded.store.StatusException;
import dev.distillery.embedded.store.Subscription;
import dev.distillery.embedded.store.Versions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A watch as a stream of JSON lines. It ends at the request's timeout; clients then watch on from the last version. */
final class WatchStream {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(30);
    private static final Duration BOOKMARK_INTERVAL = Duration.ofSeconds(5);

    private final ObjectStore store;
    private final Tables tables;
    private final ResourcePath path;
    private final ApiRequest request;
    private final Predicate<JsonNode> selected;

    WatchStream(ObjectStore store, Tables tables, ResourcePath path, ApiRequest request) {
        this.store = store;
        this.tables = tables;
        this.path = path;
        this.request = request;
        Predicate<JsonNode> named =
                object -> path.isCollection() || Metadata.name(object).equals(path.name());
        this.selected = named.and(request.selector());
    }

    void serve(ApiResponse response) throws IOException, InterruptedException {
        Duration timeout =
                request.number("timeoutSeconds").map(Duration::ofSeconds).orElse(DEFAULT_TIMEOUT);
        long end = System.nanoTime() + timeout.toNanos();
        String from = request.query("resourceVersion");
        try (Subscription changes = store.watch(path.type(), path.namespace(), from)) {
            OutputStream body = response.stream("application/json");
            while (System.nanoTime() - end < 0) {
                String version = store.resourceVersion();
                Optional<ChangeEvent> change = changes.next(BOOKMARK_INTERVAL);
                if (change.isPresent()) {
                    write(body, change.get());
                } else if (request.flag("allowWatchBookmarks")) {
                    writeLine(body, "BOOKMARK", bookmark(version));
                }
                if (!changes.hasNext()) {
                    body.flush();
                }
            }
        } catch (StatusException e) {
            // A real server reports a version that is too old inside the stream, too.
            if (e.code() != 410) {
                throw e;
            }
            writeLine(response.stream("application/json"), "ERROR", e.status());
        }
    }

    private void write(OutputStream body, ChangeEvent change) throws IOException {
        ResourceType type = path.type();
        ObjectNode object = Versions.present(type, change.object());
        boolean before = change.previous()
                .map(previous -> selected.test(Versions.present(type, previous)))
                .orElse(false);
        boolean after = change.type() != ChangeEvent.Type.DELETED && selected.test(object);
        if (before || after) {
            String name = before && after ? "MODIFIED" : after ? "ADDED" : "DELETED";
            boolean table = request.wantsTable();
            writeLine(
                    body,
                    name,
                    table
                            ? tables.render(
                                    type,
                                    List.of(object),
                                    Metadata.resourceVersion(object),
                                    request.query("includeObject"))
                            : object);
        }
    }

    private ObjectNode bookmark(String version) {
        ObjectNode bookmark = Json.object()
                .put("kind", path.type().kind())
                .put("apiVersion", path.type().apiVersion());
        bookmark.putObject("metadata").put("resourceVersion", version).putNull("creationTimestamp");
        return bookmark;
    }

    /** In ASCII: Fabric8 (7.5.2) decodes each piece of the stream by itself, with a NUL for each byte that made no character. */
    private static void writeLine(OutputStream body, String type, ObjectNode object) throws IOException {
        ObjectNode line = Json.object().put("type", type);
        line.set("object", object);
        body.write(Json.asciiBytes(line));
        body.write('\n');
    }
}
