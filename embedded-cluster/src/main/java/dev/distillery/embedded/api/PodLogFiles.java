package dev.distillery.embedded.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;

/** Where the runner writes what a pod's process prints. */
@FunctionalInterface
public interface PodLogFiles {
    /** @return the file of the pod's one log; it exists once the process has started */
    Path of(JsonNode pod);
}
