package dev.distillery.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The folder in which {@code kubernetes-tools/build} left its programs. */
public record KubernetesBinaries(Path folder) {
    /** What to tell whoever runs tests without them. */
    public static final String HOW =
            "the tests on a real Kubernetes are skipped: run kubernetes-tools/build once (it needs Go)";

    private static final String SCRIPT = "kubernetes-tools/build";

    /** @return empty if nothing was built yet */
    public static Optional<KubernetesBinaries> find() {
        try {
            Process where = new ProcessBuilder(script().toString(), "--where")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String folder = new String(where.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return where.waitFor() == 0 ? Optional.of(new KubernetesBinaries(Path.of(folder))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking for Kubernetes", e);
        }
    }

    /** @param name for instance {@code kubectl} or {@code kueue} */
    public Path program(String name) {
        return folder.resolve(name);
    }

    /** @return the folder with the custom resource definitions of {@code kueue} or {@code kserve} */
    public Path crds(String project) {
        return folder.resolve("crds").resolve(project);
    }

    /** @return the folder with what the installation of {@code kserve} makes */
    public Path configuration(String project) {
        return folder.resolve("config").resolve(project);
    }

    /** Tests run in their module's folder, or in the project's. */
    private static Path script() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isExecutable(folder.resolve(SCRIPT))) {
                return folder.resolve(SCRIPT);
            }
        }
        throw new IllegalStateException("got no " + SCRIPT + " above the working directory, expected the project's");
    }
}
