package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.distillery.embedded.store.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One answer: a JSON document, a text, nothing, or a stream that stays open. */
final class ApiResponse {
    private static final int NO_BODY = -1;
    private static final int CHUNKED = 0;

    private final HttpExchange exchange;
    private boolean started;

    ApiResponse(HttpExchange exchange) {
        this.exchange = exchange;
    }

    boolean started() {
        return started;
    }

    void warn(String text) {
        exchange.getResponseHeaders().add("Warning", "299 - \"" + text.replace("\"", "\\\"") + "\"");
    }

    void json(int code, JsonNode node) throws IOException {
        send(code, "application/json", Json.bytes(node));
    }

    void text(int code, String text) throws IOException {
        send(code, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    void empty(int code) throws IOException {
        started = true;
        exchange.sendResponseHeaders(code, NO_BODY);
    }

    OutputStream stream(String contentType) throws IOException {
        started = true;
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(200, CHUNKED);
        OutputStream body = exchange.getResponseBody();
        body.flush();
        return body;
    }

    private void send(int code, String contentType, byte[] bytes) throws IOException {
        started = true;
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? NO_BODY : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
