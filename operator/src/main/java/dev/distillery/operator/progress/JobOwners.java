package dev.distillery.operator.progress;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Set;

/** Which recipes a Job works for. */
@FunctionalInterface
public interface JobOwners {
    /** @return empty for a Job that does not exist or is nobody's */
    Set<ResourceID> of(String namespace, String job);
}
