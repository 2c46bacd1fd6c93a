package dev.distillery.trainer.publish.oci;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A real registry for the tests of a class, which are skipped where docker-registry is not installed. */
abstract class RegistryScenario {
    @TempDir
    static Path folder;

    static DockerRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        DockerRegistry.assumeInstalled();
        registry = new DockerRegistry(folder);
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }
}
