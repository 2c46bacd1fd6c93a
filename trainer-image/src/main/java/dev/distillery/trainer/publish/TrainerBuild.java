package dev.distillery.trainer.publish;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Which trainer this is.
 *
 * @param version as Maven has it
 * @param revision commit of the sources, with {@code -dirty} if they were changed; {@code unknown} if they were built
 *     outside a repository
 */
public record TrainerBuild(String version, String revision) {
    /** @return what the build wrote beside the classes */
    public static TrainerBuild current() {
        return new TrainerBuild(line("version.txt"), line("revision.txt"));
    }

    private static String line(String name) {
        try (InputStream in = TrainerBuild.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IllegalStateException(name + " is a resource of this class path", e);
        }
    }
}
