package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/** A refused request; {@link #status()} is the {@code Status} object that a Kubernetes API server answers with. */
public final class StatusException extends RuntimeException {
    private final int code;
    private final String reason;
    private final transient ObjectNode details;

    private StatusException(int code, String reason, String message, ObjectNode details) {
        super(message);
        this.code = code;
        this.reason = reason;
        this.details = details;
    }

    /** One field's complaint. {@code reason} is a Kubernetes cause type such as {@code FieldValueInvalid}. */
    public record Cause(String reason, String message, String field) {
        public static Cause invalid(String field, String message) {
            return new Cause("FieldValueInvalid", message, field);
        }

        public static Cause required(String field, String message) {
            return new Cause("FieldValueRequired", "Required value: " + message, field);
        }
    }

    public static StatusException badRequest(String message) {
        return new StatusException(400, "BadRequest", message, null);
    }

    public static StatusException unauthorized() {
        return new StatusException(401, "Unauthorized", "Unauthorized", null);
    }

    public static StatusException forbidden(ResourceType type, String name, String message) {
        String text = "%s \"%s\" is forbidden: %s".formatted(type.qualifiedPlural(), name, message);
        return new StatusException(403, "Forbidden", text, details(type, name, List.of()));
    }

    public static StatusException notFound(ResourceType type, String name) {
        String text = "%s \"%s\" not found".formatted(type.qualifiedPlural(), name);
        return new StatusException(404, "NotFound", text, details(type, name, List.of()));
    }

    public static StatusException noSuchPath() {
        return new StatusException(404, "NotFound", "the server could not find the requested resource", null);
    }

    public static StatusException methodNotAllowed() {
        return new StatusException(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource", null);
    }

    public static StatusException alreadyExists(ResourceType type, String name) {
        String text = "%s \"%s\" already exists".formatted(type.qualifiedPlural(), name);
        return new StatusException(409, "AlreadyExists", text, details(type, name, List.of()));
    }

    public static StatusException staleVersion(ResourceType type, String name) {
        return conflict(
                type,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static StatusException conflict(ResourceType type, String name, String message) {
        String text = "Operation cannot be fulfilled on %s \"%s\": %s".formatted(type.qualifiedPlural(), name, message);
        return new StatusException(409, "Conflict", text, details(type, name, List.of()));
    }

    /** Server-side apply met fields that other managers own with other values. */
    public static StatusException applyConflict(List<Cause> causes) {
        String all = causes.stream()
                .map(cause -> cause.message() + ": " + cause.field())
                .collect(Collectors.joining("\n- ", causes.size() == 1 ? "" : "\n- ", ""));
        String text =
                "Apply failed with %d conflict%s: %s".formatted(causes.size(), causes.size() == 1 ? "" : "s", all);
        return new StatusException(409, "Conflict", text, details(null, null, causes));
    }

    public static StatusException expired(String message) {
        return new StatusException(410, "Expired", message, null);
    }

    public static StatusException tooLarge(int limit) {
        String text = "Request entity too large: limit is " + limit;
        return new StatusException(413, "RequestEntityTooLarge", text, null);
    }

    public static StatusException unsupportedMediaType(String accepted) {
        String text = "the body of the request was in an unknown format - accepted media types include: " + accepted;
        return new StatusException(415, "UnsupportedMediaType", text, null);
    }

    public static StatusException invalid(ResourceType type, String name, List<Cause> causes) {
        String all = causes.stream()
                .map(cause -> cause.field() + ": " + cause.message())
                .collect(Collectors.joining(", ", causes.size() == 1 ? "" : "[", causes.size() == 1 ? "" : "]"));
        String text = "%s \"%s\" is invalid: %s".formatted(type.qualifiedKind(), name, all);
        return new StatusException(422, "Invalid", text, details(type, name, causes));
    }

    public static StatusException internal(Throwable cause) {
        StatusException exception =
                new StatusException(500, "InternalError", "Internal error occurred: " + cause, null);
        exception.initCause(cause);
        return exception;
    }

    public int code() {
        return code;
    }

    public ObjectNode status() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
        if (details != null) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    private static ObjectNode details(ResourceType type, String name, List<Cause> causes) {
        ObjectNode details = Json.object();
        if (type != null) {
            details.put("name", name)
                    .put("group", type.group())
                    .put("kind", causes.isEmpty() ? type.plural() : type.kind());
        }
        if (!causes.isEmpty()) {
            var list = details.putArray("causes");
            causes.forEach(cause -> list.addObject()
                    .put("reason", cause.reason())
                    .put("message", cause.message())
                    .put("field", cause.field()));
        }
        return details;
    }
}
