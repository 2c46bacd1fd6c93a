package dev.distillery.kubernetes;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Custom resource definitions of a project. */
final class Definitions {
    private static final long SECONDS_TO_ESTABLISH = 30;

    private Definitions() {}

    /** @return one of each file */
    static List<CustomResourceDefinition> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().map(Definitions::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CustomResourceDefinition read(Path file) {
        try {
            return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns once its type is served. */
    static void apply(KubernetesClient client, CustomResourceDefinition type) {
        client.resource(type).forceConflicts().serverSideApply();
        client.resource(type).waitUntilCondition(Definitions::established, SECONDS_TO_ESTABLISH, TimeUnit.SECONDS);
    }

    private static boolean established(CustomResourceDefinition type) {
        return type.getStatus() != null
                && type.getStatus().getConditions() != null
                && type.getStatus().getConditions().stream()
                        .anyMatch(c -> "Established".equals(c.getType()) && "True".equals(c.getStatus()));
    }
}
