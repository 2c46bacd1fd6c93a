package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * One change of one object.
 *
 * @param object the object after the change; for a deletion its last state, with the deletion's resource version
 * @param previous what stood there before
 */
public record ChangeEvent(
        long resourceVersion, Type type, ObjectKey key, ObjectNode object, Optional<ObjectNode> previous) {
    /** Named as watch events are. */
    public enum Type {
        ADDED,
        MODIFIED,
        DELETED
    }
}
