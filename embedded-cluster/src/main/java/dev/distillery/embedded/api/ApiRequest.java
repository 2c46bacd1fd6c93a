package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import dev.distillery.embedded.store.FieldSelector;
import dev.distillery.embedded.store.Json;
import dev.distillery.embedded.store.LabelSelector;
import dev.distillery.embedded.store.StatusException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A parsed request; the body is read in full before anything is done. */
final class ApiRequest {
    /** As an API server has it. */
    private static final int MAX_BYTES = 3 << 20;

    private final HttpExchange exchange;
    private final Map<String, String> query;
    private final byte[] body;

    private ApiRequest(HttpExchange exchange, Map<String, String> query, byte[] body) {
        this.exchange = exchange;
        this.query = query;
        this.body = body;
    }

    /** @throws StatusException 413 for a body of more than 3 MiB */
    static ApiRequest read(HttpExchange exchange) throws IOException {
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                String[] sides = pair.split("=", 2);
                query.put(decode(sides[0]), sides.length == 2 ? decode(sides[1]) : "");
            }
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream()); // Else the client hears no answer.
            throw StatusException.tooLarge(MAX_BYTES);
        }
        return new ApiRequest(exchange, query, body);
    }

    String method() {
        return exchange.getRequestMethod();
    }

    String path() {
        return exchange.getRequestURI().getPath();
    }

    List<String> segments() {
        return Stream.of(path().split("/"))
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    String query(String name) {
        return query.getOrDefault(name, "");
    }

    boolean flag(String name) {
        return List.of("true", "1").contains(query(name));
    }

    /** @throws StatusException 400 when the value is not a whole number */
    Optional<Long> number(String name) {
        try {
            return Optional.of(query(name)).filter(text -> !text.isEmpty()).map(Long::valueOf);
        } catch (NumberFormatException e) {
            throw StatusException.badRequest("%s: got %s, expected a whole number".formatted(name, query(name)));
        }
    }

    String header(String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    boolean wantsTable() {
        String accept = header("Accept");
        return accept.contains("as=Table") && accept.contains("json");
    }

    boolean wantsWebSocket() {
        return header("Upgrade").equalsIgnoreCase("websocket");
    }

    /** Without parameters; {@code application/json} where the client names none. */
    String mediaType() {
        String type = header("Content-Type").split(";")[0].trim().toLowerCase(Locale.ROOT);
        return type.isEmpty() ? "application/json" : type;
    }

    /** The label and field selectors together. */
    Predicate<JsonNode> selector() {
        return LabelSelector.parse(query("labelSelector")).and(FieldSelector.parse(query("fieldSelector")));
    }

    /** @throws StatusException 415 for media types other than JSON and YAML, 400 for anything but an object */
    ObjectNode object() {
        if (!List.of("application/json", "application/yaml").contains(mediaType())) {
            throw StatusException.unsupportedMediaType("application/json, application/yaml");
        }
        return yamlObject();
    }

    ObjectNode yamlObject() {
        if (Json.parseYaml(body) instanceof ObjectNode object) {
            return object;
        }
        throw StatusException.badRequest("the body of the request is not an object");
    }

    JsonNode json() {
        return Json.parse(body);
    }

    boolean hasBody() {
        return body.length > 0;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
