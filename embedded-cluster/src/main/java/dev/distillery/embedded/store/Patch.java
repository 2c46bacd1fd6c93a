package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.List;

/** The patch formats other than server-side apply, by their media types. */
public enum Patch {
    JSON_PATCH("application/json-patch+json"),
    MERGE_PATCH("application/merge-patch+json"),
    STRATEGIC_MERGE_PATCH("application/strategic-merge-patch+json");

    private final String mediaType;

    Patch(String mediaType) {
        this.mediaType = mediaType;
    }

    /** @throws StatusException 415 for another media type, or a strategic one on a custom resource */
    public static Patch of(String mediaType, ResourceType type) {
        for (Patch patch : values()) {
            boolean known = patch != STRATEGIC_MERGE_PATCH || type.custom().isEmpty();
            if (patch.mediaType.equals(mediaType) && known) {
                return patch;
            }
        }
        throw StatusException.unsupportedMediaType(
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                        + (type.custom().isEmpty() ? ", " + STRATEGIC_MERGE_PATCH.mediaType : ""));
    }

    /** @throws StatusException 400 or 422 when the patch is malformed or does not fit the object */
    public ObjectNode apply(ResourceType type, ObjectNode current, JsonNode patch) {
        if (patch.isArray() != (this == JSON_PATCH)) {
            throw StatusException.badRequest("the patch's form does not fit its media type " + mediaType);
        }
        JsonNode patched =
                switch (this) {
                    case JSON_PATCH -> jsonPatch(type, current, (ArrayNode) patch);
                    case MERGE_PATCH -> MergePatch.apply(current.deepCopy(), patch);
                    case STRATEGIC_MERGE_PATCH -> StrategicMergePatch.apply(current.deepCopy(), patch, type.shape());
                };
        if (patched instanceof ObjectNode object) {
            return object;
        }
        throw StatusException.badRequest("the patch leaves no object");
    }

    private static JsonNode jsonPatch(ResourceType type, ObjectNode current, ArrayNode patch) {
        try {
            return JsonPatch.apply(patch, current.deepCopy());
        } catch (JsonPatchException e) {
            throw StatusException.invalid(
                    type, Metadata.name(current), List.of(StatusException.Cause.invalid("patch", e.getMessage())));
        }
    }
}
