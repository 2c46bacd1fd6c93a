package dev.distillery.validation;

import dev.distillery.recipe.InferenceService;
import dev.distillery.recipe.Publish;
import dev.distillery.schema.Violation;
import java.util.List;
import java.util.Set;

/** What KServe must be able to do with a published model. */
public final class InferenceServiceRules {
    private static final String PATH = "spec.publish.inferenceService";
    private static final Set<String> READABLE = Set.of("pvc", "s3", "oci");

    private InferenceServiceRules() {}

    static void check(Publish publish, List<Violation> violations) {
        InferenceService service = publish.inferenceService();
        if (service == null) {
            return;
        }
        List<Publish.Destination> destinations = publish.destinations() == null ? List.of() : publish.destinations();
        if (destinations.stream().noneMatch(InferenceServiceRules::readable)) {
            violations.add(new Violation(
                    PATH,
                    "destinations "
                            + destinations.stream()
                                    .map(Publish.Destination::uri)
                                    .toList(),
                    "one that KServe can read: pvc://, s3:// or oci://; a file:// lies on one node only, and a"
                            + " modelPack few container runtimes mount"));
        }
        if (service.minReplicas() != null
                && service.maxReplicas() != null
                && service.minReplicas() > service.maxReplicas()) {
            violations.add(new Violation(
                    PATH + ".minReplicas",
                    service.minReplicas().toString(),
                    "at most maxReplicas (" + service.maxReplicas() + ")"));
        }
    }

    /** @return whether KServe can read what lies there, in a pod on whatever node */
    public static boolean readable(Publish.Destination destination) {
        return READABLE.contains(destination.scheme()) && destination.format() != Publish.Destination.Format.MODEL_PACK;
    }
}
