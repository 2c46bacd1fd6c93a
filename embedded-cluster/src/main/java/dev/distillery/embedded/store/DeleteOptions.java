package dev.distillery.embedded.store;

import java.util.Optional;

/**
 * How a deletion is to be done.
 *
 * @param propagation empty for the type's default
 * @param gracePeriodSeconds empty for the pod's own
 * @param uid a precondition, empty for none
 * @param resourceVersion a precondition, empty for none
 */
public record DeleteOptions(
        Optional<Propagation> propagation,
        Optional<Long> gracePeriodSeconds,
        String uid,
        String resourceVersion,
        boolean dryRun) {
    /** What happens to the objects that name the deleted one as their owner. */
    public enum Propagation {
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }

    public static DeleteOptions background() {
        return new DeleteOptions(Optional.of(Propagation.BACKGROUND), Optional.empty(), "", "", false);
    }
}
