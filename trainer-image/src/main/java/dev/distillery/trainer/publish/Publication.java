package dev.distillery.trainer.publish;

import dev.distillery.report.Artifact;
import java.util.List;

/**
 * A student that every destination has.
 *
 * @param artifacts one per destination, in the recipe's order
 * @param warnings what the user should know though it worked
 */
public record Publication(List<Artifact> artifacts, List<String> warnings) {
    public Publication {
        artifacts = List.copyOf(artifacts);
        warnings = List.copyOf(warnings);
    }
}
